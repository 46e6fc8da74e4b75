//! The speed of the approximations relative to the standard library: a measurement, not a test. In wasm, with the runner of
//! `npm test` on the path (`~/.cache/bptt`):
//!
//! ```text
//! RUSTFLAGS="-C target-feature=+simd128" CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
//!   cargo test --release --lib --target wasm32-unknown-unknown -- --include-ignored --nocapture beside_std
//! ```

use super::simd;
use core::hint::black_box;

#[cfg(not(target_arch = "wasm32"))]
use std::time::Instant;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{Instant, wasm_bindgen_test as test};

const LENGTH: usize = 4096;

/// Returns the best time per element, in ns.
fn measure(mut run: impl FnMut(&mut [f32], &[f32])) -> f64 {
    // −12 … 0, where neither function has a shortcut
    let x: Vec<f32> = (0..LENGTH).map(|i| -12.0 * ((i * 7919) % LENGTH) as f32 / LENGTH as f32).collect();
    let mut y = vec![0.0; LENGTH];
    let mut best = f64::INFINITY;
    for _ in 0..400 {
        let start = Instant::now();
        for _ in 0..20 {
            run(black_box(&mut y), black_box(&x));
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    best * 1e9 / (20 * LENGTH) as f64
}

fn each(f: fn(f32) -> f32) -> impl FnMut(&mut [f32], &[f32]) {
    move |y, x| y.iter_mut().zip(x).for_each(|(y, &x)| *y = f(x))
}

#[test]
#[ignore = "a measurement"]
fn beside_std() {
    let tanh = [measure(simd::tanh_into), measure(each(f32::tanh))];
    let exp = [measure(|y, x| _ = simd::exp_shifted_into(y, x, 0.0)), measure(each(f32::exp))];
    for (name, [ours, std]) in [("tanh", tanh), ("exp", exp)] {
        let line = format!("{name}: {ours:.2} ns, std {std:.2} ns, {:.1} times as fast", std / ours);
        #[cfg(target_arch = "wasm32")]
        wasm_bindgen_test::console_log!("{line}");
        #[cfg(not(target_arch = "wasm32"))]
        println!("{line}");
    }
}
