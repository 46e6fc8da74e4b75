//! The optimizers of a network.

use crate::error::ErrorKind;
use crate::optimizer::{Adam, Optimizer, RmsProp, Rule, Sgd};
use crate::wasm::arguments::argument;
use crate::wasm::enumerations::{RawAdamArgument, RawEpsilonMode, RawRmsPropArgument, RawSgdArgument};
use crate::wasm::handle::Borrowed;
use crate::wasm::network::{RawRnn, insert, occupied};
use wasm_bindgen::prelude::*;

/// Adds Adam with the arguments `RawAdamArgument`. Returns its slot, or −1 if there was no memory.
#[wasm_bindgen]
pub fn rnn_add_adam(rnn: Borrowed<RawRnn>) -> i32 {
    use RawAdamArgument as Name;
    let number = |name: RawAdamArgument| argument(name as usize);
    let betas = [number(Name::Beta1), number(Name::Beta2)];
    let mode = RawEpsilonMode::from_number(number(Name::EpsilonMode) as usize).into();
    add(rnn, Rule::Adam(Adam::new(betas, number(Name::Epsilon), mode, number(Name::WeightDecay))))
}

/// Adds gradient descent with the arguments `RawSgdArgument`. Returns its slot, or −1 if there was no memory.
#[wasm_bindgen]
pub fn rnn_add_sgd(rnn: Borrowed<RawRnn>) -> i32 {
    use RawSgdArgument as Name;
    let number = |name: RawSgdArgument| argument(name as usize);
    add(
        rnn,
        Rule::Sgd(Sgd {
            momentum: number(Name::Momentum),
            nesterov: number(Name::Nesterov) != 0.0,
            weight_decay: number(Name::WeightDecay),
        }),
    )
}

/// Adds RMSProp with the arguments `RawRmsPropArgument`. Returns its slot, or −1 if there was no memory.
#[wasm_bindgen]
pub fn rnn_add_rms_prop(rnn: Borrowed<RawRnn>) -> i32 {
    use RawRmsPropArgument as Name;
    let number = |name: RawRmsPropArgument| argument(name as usize);
    add(
        rnn,
        Rule::RmsProp(RmsProp {
            alpha: number(Name::Alpha),
            epsilon: number(Name::Epsilon),
            momentum: number(Name::Momentum),
            weight_decay: number(Name::WeightDecay),
        }),
    )
}

#[inline(never)]
fn add(mut rnn: Borrowed<RawRnn>, rule: Rule) -> i32 {
    let len = rnn.network.table.arena_len();
    insert(&mut rnn.optimizers, Optimizer::new(rule, len), ErrorKind::Moments)
}

/// Frees the optimizer in a slot.
#[wasm_bindgen]
pub fn rnn_remove_optimizer(mut rnn: Borrowed<RawRnn>, slot: usize) {
    rnn.optimizers[slot] = None;
}

/// Returns the byte address of an arena of an optimizer's moments.
#[wasm_bindgen]
pub fn rnn_moments_address(mut rnn: Borrowed<RawRnn>, slot: usize, index: usize) -> usize {
    let optimizer = occupied(&mut rnn.optimizers, slot);
    optimizer.moments_bound = f64::INFINITY;
    optimizer.moments[index].as_ptr() as usize
}

/// Returns an optimizer's running product β₁ᵗ (index 0) or β₂ᵗ (index 1).
#[wasm_bindgen]
pub fn rnn_running_product(mut rnn: Borrowed<RawRnn>, slot: usize, index: usize) -> f64 {
    occupied(&mut rnn.optimizers, slot).products[index]
}

/// Sets an optimizer's running products.
#[wasm_bindgen]
pub fn rnn_set_running_products(mut rnn: Borrowed<RawRnn>, slot: usize, first: f64, second: f64) {
    occupied(&mut rnn.optimizers, slot).products = [first, second];
}
