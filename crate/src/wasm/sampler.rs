//! `sample`.

use crate::sample::Sampler;
use crate::wasm::enumerations::RawSamplerBuffer;
use crate::wasm::handle::{Borrowed, Owned};
use wasm_bindgen::prelude::*;

/// Creates buffers for sampling from (B, V).
#[wasm_bindgen]
pub fn sampler_new(batch: usize, classes: usize) -> Owned<Sampler> {
    Owned::new(Sampler::new(batch, classes))
}

/// Frees the buffers.
#[wasm_bindgen]
pub fn sampler_free(sampler: Owned<Sampler>) {
    drop(sampler);
}

/// The byte address of a buffer.
#[wasm_bindgen]
pub fn sampler_address(sampler: Borrowed<Sampler>, buffer: usize) -> usize {
    match RawSamplerBuffer::from_number(buffer) {
        RawSamplerBuffer::Logits => sampler.logits.as_ptr() as usize,
        RawSamplerBuffer::Ids => sampler.ids.as_ptr() as usize,
    }
}

/// Samples an id for each row.
#[wasm_bindgen]
pub fn sampler_draw(mut sampler: Borrowed<Sampler>, temperature: f64, seed: u32, draw: f64) {
    sampler.draw(temperature, seed, draw as u64);
}
