//! The sampler of `sample`.

use crate::error::ErrorKind;
use crate::sample::{Draw, Sampler};
use crate::wasm::arguments::argument;
use crate::wasm::enumerations::{RawDrawArgument, RawSamplerBuffer};
use crate::wasm::failure::succeeded;
use crate::wasm::handle::{Borrowed, Owned};
use wasm_bindgen::prelude::*;

/// Creates buffers for sampling from (B, V).
#[wasm_bindgen]
pub fn sampler_new(batch: usize, classes: usize) -> Owned<Sampler> {
    Owned::new(Sampler::new(batch, classes), ErrorKind::Sample)
}

/// Frees the buffers.
#[wasm_bindgen]
pub fn sampler_free(sampler: Owned<Sampler>) {
    drop(sampler);
}

/// Returns the byte address of a buffer.
#[wasm_bindgen]
pub fn sampler_address(sampler: Borrowed<Sampler>, buffer: usize) -> usize {
    match RawSamplerBuffer::from_number(buffer) {
        RawSamplerBuffer::Logits => sampler.logits.as_ptr() as usize,
        RawSamplerBuffer::Ids => sampler.ids.as_ptr() as usize,
    }
}

/// Samples an id for each row, with the arguments `RawDrawArgument`. The logits must be written again before
/// the next draw. Returns true if there was memory.
#[wasm_bindgen]
pub fn sampler_draw(mut sampler: Borrowed<Sampler>) -> bool {
    use RawDrawArgument as Name;
    let number = |name: RawDrawArgument| argument(name as usize);
    succeeded(sampler.draw(Draw {
        temperature: number(Name::Temperature),
        top_k: number(Name::TopK) as usize,
        top_p: number(Name::TopP),
        seed: number(Name::Seed) as u32,
        number: number(Name::Number) as u64,
    }))
}
