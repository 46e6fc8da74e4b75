//! The panic handler of the debug build: throws an error with the message, file and line.

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    wasm_bindgen::throw_str(&alloc::format!("{info}"))
}
