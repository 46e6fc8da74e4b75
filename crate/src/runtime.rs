//! Replaces what the standard library provides: the allocator and the panic handler.
//!
//! The module is built without `std`, because the message formatting of its panics and its larger allocator cost 5 of 33 KB gzip
//! (measured with the tanh cell alone). No panic is reachable from the public API. In the published module a panic is a bare trap;
//! the debug build has the handler of wasm/panic.rs.

use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::wasm::WasmGrowAndExtend;

#[global_allocator]
static ALLOCATOR: TalcSyncCell<WasmGrowAndExtend, Bins> = TalcSyncCell::new_wasm(WasmGrowAndExtend::new());

/// The lists of free blocks by size.
///
/// talc 5.1.1 looks for a block of a requested size in the list of that size too, some of whose blocks are
/// smaller, and compares addresses by a sum that wraps around at 4 GiB: near that end it hands out memory
/// that is not there. A block and a request of one list differ by less than the width of the list, which is
/// at most `WIDEST`. The memory ends that much before 4 GiB (scripts/setup/wasm-build.mjs), so no sum wraps
/// around. talc's own lists do not suffice, because the last one holds all sizes from some kilobytes on.
struct Bins;

/// The width of the lists of large blocks: 128 MiB.
const WIDEST: usize = 1 << 27;
/// The smallest large block: 512 MiB.
const LARGE: usize = 1 << 29;

impl Binning for Bins {
    type AvailabilityBitField = u64;

    /// The last list begins at 2 GiB − `WIDEST`, and no request is larger than 2 GiB.
    const BIN_COUNT: u32 = 62;

    /// Returns the list of a size: two lists for each doubling of the size from 16 bytes on, then lists of
    /// equal width.
    #[inline(never)]
    fn size_to_bin(size: usize) -> u32 {
        if size < 16 {
            u32::MAX // as talc requests it
        } else if size < LARGE {
            let log = size.ilog2();
            2 * (log - 4) + (size >> (log - 1) & 1) as u32
        } else {
            50 + ((size - LARGE) / WIDEST) as u32
        }
    }
}

#[cfg(not(debug_assertions))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
