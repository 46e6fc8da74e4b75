//! What JavaScript sees: one-liners over the core, without mathematics and without policy. Functions on numbers and addresses alone,
//! whose first argument is whose method they are: classes, strings and errors would be converted at each call, by code that weighs
//! more than what it calls. The facade's classes `RawX` (ts/wasm/raw.ts) stand for them; they come with checked arguments, and
//! read and write buffers by their address.

use crate::activations::first_output;
use crate::cell::CellKind;
use crate::error::Error;
use crate::forward::forward;
use crate::handle::{borrow, free, give};
use crate::init::{Init, RecurrentInit};
use crate::kernel::padded;
use crate::loss::{self, Reduction};
use crate::network::{Config, Network};
use crate::optimizer::{Adam, EpsilonMode, Optimizer, RmsProp, Rule, Sgd};
use crate::sample::Sampler;
use crate::schedule::{self, Curve};
use crate::sequence_loss::{Axis, SequenceLoss};
use crate::session::Session;
use crate::train;
use crate::workspace::{Shape, Workspace};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};
use wasm_bindgen::prelude::*;

#[cfg(all(target_arch = "wasm32", not(test), debug_assertions))]
mod panic;

/// The last failure, for `failure_what` and `failure_number`: functions that can fail return 0, a negative slot or NaN then.
static FAILURE: AtomicU64 = AtomicU64::new(0);

/// Notes a failure.
#[inline(never)]
fn fail(error: Error) {
    FAILURE.store(error.into(), Ordering::Relaxed);
}

/// The `ErrorKind` of the last failure.
#[wasm_bindgen]
pub fn failure_what() -> u32 {
    last_failure().map_or(0, Error::kind)
}

/// The number that goes with it: bytes, or the place of a parameter.
#[wasm_bindgen]
pub fn failure_number() -> f64 {
    last_failure().map_or(0.0, |error| error.number() as f64)
}

fn last_failure() -> Option<Error> {
    Error::from_word(FAILURE.load(Ordering::Relaxed))
}

/// Whether it went well; else the failure is noted.
fn done(result: Result<(), Error>) -> bool {
    result.map_err(fail).is_ok()
}

/// The buffers that the facade reads and writes.
#[wasm_bindgen]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RawBuffer {
    /// The arena of parameters
    Parameters,
    /// The arena of gradients
    Gradients,
    /// (T, B) i32
    Ids,
    /// (T, B, I)
    Features,
    /// (B) i32
    SequenceLengths,
    /// (T, B) i32
    Targets,
    /// (T, B)
    Weights,
    /// (L·D, B, H)
    InitialState,
    /// (L·D, B, H)
    FinalState,
    /// (L·D, B, H)
    InitialStateGradient,
    /// (L·D, B, H)
    FinalStateGradient,
    /// (T, B, stride)
    Outputs,
    /// (T, B, stride)
    Logits,
    /// (T, B, stride)
    OutputsGradient,
    /// (T, B, stride)
    LogitsGradient,
    /// (T, B, stride)
    FeaturesGradient,
    /// (L·D, B, H), as the three below
    InitialCell,
    /// of a cell with a cell state
    FinalCell,
    /// …
    InitialCellGradient,
    /// …
    FinalCellGradient,
    /// (T, B, V)
    TargetValues,
    /// (T, B, stride), of a unit
    Gates,
    /// (T, B, stride), of a unit
    Cells,
}

impl RawBuffer {
    /// By number: the facade passes that, as wasm-bindgen's own conversion is a comparison for each.
    const ALL: [RawBuffer; 23] = [
        RawBuffer::Parameters,
        RawBuffer::Gradients,
        RawBuffer::Ids,
        RawBuffer::Features,
        RawBuffer::SequenceLengths,
        RawBuffer::Targets,
        RawBuffer::Weights,
        RawBuffer::InitialState,
        RawBuffer::FinalState,
        RawBuffer::InitialStateGradient,
        RawBuffer::FinalStateGradient,
        RawBuffer::Outputs,
        RawBuffer::Logits,
        RawBuffer::OutputsGradient,
        RawBuffer::LogitsGradient,
        RawBuffer::FeaturesGradient,
        RawBuffer::InitialCell,
        RawBuffer::FinalCell,
        RawBuffer::InitialCellGradient,
        RawBuffer::FinalCellGradient,
        RawBuffer::TargetValues,
        RawBuffer::Gates,
        RawBuffer::Cells,
    ];
}

/// A network, its workspace and its optimizers' moments.
pub struct RawRnn {
    network: Network,
    ws: Workspace,
    optimizers: Vec<Option<Box<Optimizer>>>,
    sessions: Vec<Option<Box<Session>>>,
    gradient_norm: f64,
}

fn address<T>(slice: &[T]) -> usize {
    slice.as_ptr() as usize
}

/// A buffer of the workspace; those that each unit has are the last layer's first.
#[inline(never)]
fn buffer_address(network: &Network, ws: &Workspace, buffer: usize) -> usize {
    let buffer = RawBuffer::ALL[buffer];
    let has_logits = network.has_logits();
    match buffer {
        RawBuffer::Parameters => address(&network.theta),
        RawBuffer::Gradients => address(&network.gradients),
        RawBuffer::Ids => address(&ws.ids),
        RawBuffer::Features => address(&ws.features),
        RawBuffer::SequenceLengths => address(&ws.lengths),
        RawBuffer::Targets => address(&ws.targets),
        RawBuffer::TargetValues => address(&ws.target_values),
        RawBuffer::Weights => address(&ws.weights),
        RawBuffer::InitialState => address(&ws.initial_state.h),
        RawBuffer::FinalState => address(&ws.final_state.h),
        RawBuffer::InitialStateGradient => address(&ws.initial_state_gradient.h),
        RawBuffer::FinalStateGradient => address(&ws.final_state_gradient.h),
        RawBuffer::InitialCell => address(&ws.initial_state.c),
        RawBuffer::FinalCell => address(&ws.final_state.c),
        RawBuffer::InitialCellGradient => address(&ws.initial_state_gradient.c),
        RawBuffer::FinalCellGradient => address(&ws.final_state_gradient.c),
        RawBuffer::Logits if has_logits => address(&ws.logits),
        RawBuffer::LogitsGradient if has_logits => address(&ws.dlogits),
        RawBuffer::FeaturesGradient => address(&ws.dfeatures),
        _ => unit_address(network, ws, buffer, network.directions.len() - network.sizes.d),
    }
}

/// A buffer that each unit has: the row of t = 0.
#[inline(never)]
fn unit_address(network: &Network, ws: &Workspace, buffer: RawBuffer, unit: usize) -> usize {
    let reverse = network.directions.get(unit).map(|direction| direction.reverse);
    let (Some(activations), Some(reverse)) = (ws.activations.get(unit), reverse) else {
        return 0;
    };
    let outputs = first_output(reverse, ws.shape.batch * network.sizes.hp) * size_of::<f32>();
    match buffer {
        RawBuffer::Gates => address(&activations.gates),
        RawBuffer::Cells => address(&activations.c) + outputs,
        RawBuffer::OutputsGradient | RawBuffer::LogitsGradient => address(&activations.dh) + outputs,
        _ => address(&activations.h) + outputs,
    }
}

/// Puts a value into the first free slot; below 0 where there is none to be put.
fn insert<T>(slots: &mut Vec<Option<Box<T>>>, value: Result<Box<T>, Error>) -> i32 {
    let value = match value {
        Ok(value) => value,
        Err(error) => {
            fail(error);
            return -1;
        }
    };
    let slot = slots.iter().position(Option::is_none).unwrap_or(slots.len());
    if slot == slots.len() {
        slots.push(None);
    }
    slots[slot] = Some(value);
    slot as i32
}

fn reduction(sum: bool) -> Reduction {
    if sum { Reduction::Sum } else { Reduction::Average }
}

/// The step of the dropout masks; below 0 none.
fn step(dropout_step: f64) -> Option<u64> {
    (dropout_step >= 0.0).then_some(dropout_step as u64)
}

/// A new network; 0 where there is no memory. `output_size` 0: no output layer.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)]
pub fn rnn_new(
    cell: usize,
    input_size: usize,
    hidden_size: usize,
    output_size: usize,
    layers: usize,
    bidirectional: bool,
    dropout: f64,
    uniform_hidden: bool,
    orthogonal: bool,
    forget_bias: f64,
    seed: u32,
) -> *mut RawRnn {
    let network = Network::new(Config {
        cell: CellKind::ALL[cell],
        input_size,
        hidden_size,
        output_size: (output_size > 0).then_some(output_size),
        layers,
        bidirectional,
        dropout,
        init: if uniform_hidden { Init::UniformHidden } else { Init::GlorotUniform },
        recurrent_init: if orthogonal { RecurrentInit::Orthogonal } else { RecurrentInit::Same },
        forget_bias: forget_bias as f32,
        seed,
    });
    give_or_null(network.map(|network| RawRnn {
        network,
        ws: Workspace::default(),
        optimizers: Vec::new(),
        sessions: Vec::new(),
        gradient_norm: 0.0,
    }))
}

/// Gives a network's memory back.
#[wasm_bindgen]
pub fn rnn_free(rnn: *mut RawRnn) {
    free(rnn);
}

/// Entries of the parameter table.
#[wasm_bindgen]
pub fn rnn_parameter_count(rnn: *mut RawRnn) -> usize {
    borrow(rnn).network.table.len()
}

/// Of an entry: its role (0), its unit (1), rows (2), columns (3), first float in the arenas (4).
#[wasm_bindgen]
pub fn rnn_parameter(rnn: *mut RawRnn, index: usize, property: usize) -> usize {
    let param = borrow(rnn).network.table.get(index);
    [param.role as usize, param.direction, param.shape[0], param.shape[1], param.range.start][property]
}

/// Which parameters an optimizer updates.
#[wasm_bindgen]
pub fn rnn_set_active(rnn: *mut RawRnn, index: usize, active: bool) {
    borrow(rnn).network.active[index] = active;
}

/// Makes room for a pass of this shape and makes it the current one.
#[wasm_bindgen]
pub fn rnn_begin(
    rnn: *mut RawRnn,
    batch: usize,
    time: usize,
    dense: bool,
    training: bool,
    mean_squared_error: bool,
) -> bool {
    let rnn = borrow(rnn);
    let shape = Shape { batch, time, dense, training, squared: mean_squared_error };
    done(rnn.ws.begin(&mut rnn.network, shape))
}

/// The byte address of a buffer. Whoever asks for the parameters may write them.
#[wasm_bindgen]
pub fn rnn_pointer(rnn: *mut RawRnn, buffer: usize) -> usize {
    let rnn = borrow(rnn);
    if buffer == RawBuffer::Parameters as usize {
        rnn.network.parameters_changed();
    }
    buffer_address(&rnn.network, &rnn.ws, buffer)
}

/// The byte address of a buffer that each unit (layer·D + direction) has: outputs, their gradients, gates, cells.
#[wasm_bindgen]
pub fn rnn_unit_pointer(rnn: *mut RawRnn, buffer: usize, unit: usize) -> usize {
    let rnn = borrow(rnn);
    unit_address(&rnn.network, &rnn.ws, RawBuffer::ALL[buffer], unit)
}

/// Floats from the start of a row of gates to those of gate `gate`.
#[wasm_bindgen]
pub fn rnn_gate_offset(rnn: *mut RawRnn, gate: usize) -> usize {
    let network = &borrow(rnn).network;
    network.cell.layout().input.get(gate).map_or(0, |block| block * network.sizes.hp)
}

/// Floats from one (t, b) row of a (T, B, ·) buffer to the next.
#[wasm_bindgen]
pub fn rnn_stride(rnn: *mut RawRnn, buffer: usize) -> usize {
    let s = &borrow(rnn).network.sizes;
    match RawBuffer::ALL[buffer] {
        RawBuffer::Logits | RawBuffer::LogitsGradient => s.vp,
        RawBuffer::Gates => s.n,
        RawBuffer::TargetValues => s.v,
        RawBuffer::Features => s.i,
        RawBuffer::FeaturesGradient => padded(s.i),
        _ => s.hp,
    }
}

/// The forward pass.
#[wasm_bindgen]
pub fn rnn_forward(rnn: *mut RawRnn) {
    let rnn = borrow(rnn);
    forward(&mut rnn.network, &mut rnn.ws, None);
}

/// The loss of the last forward pass.
#[wasm_bindgen]
pub fn rnn_loss(rnn: *mut RawRnn, sum: bool) -> f64 {
    let rnn = borrow(rnn);
    loss::sequence_loss(&rnn.network, &mut rnn.ws, reduction(sum), false)
}

/// How good the last forward pass was: accuracy, or for target values the mean absolute error.
#[wasm_bindgen]
pub fn rnn_metric(rnn: *mut RawRnn) -> f64 {
    let rnn = borrow(rnn);
    loss::metric(&rnn.network, &rnn.ws)
}

/// Forward, loss and BPTT; the loss. `dropout_step` below 0: nothing is dropped.
#[wasm_bindgen]
pub fn rnn_gradients(rnn: *mut RawRnn, sum: bool, accumulate: bool, dropout_step: f64) -> f64 {
    let rnn = borrow(rnn);
    train::gradients(&mut rnn.network, &mut rnn.ws, reduction(sum), accumulate, step(dropout_step))
}

/// Forward and BPTT from gradients that the caller has written.
#[wasm_bindgen]
pub fn rnn_backward(rnn: *mut RawRnn, accumulate: bool) {
    let rnn = borrow(rnn);
    train::backward(&mut rnn.network, &mut rnn.ws, accumulate);
}

/// Moments for one more optimizer, Adam; its slot.
#[wasm_bindgen]
pub fn rnn_add_adam(
    rnn: *mut RawRnn,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    torch: bool,
    weight_decay: f64,
) -> i32 {
    let mode = if torch { EpsilonMode::Torch } else { EpsilonMode::TensorFlow };
    add_optimizer(rnn, Rule::Adam(Adam::new([beta1, beta2], epsilon, mode, weight_decay)))
}

/// The same for gradient descent.
#[wasm_bindgen]
pub fn rnn_add_sgd(rnn: *mut RawRnn, momentum: f64, nesterov: bool, weight_decay: f64) -> i32 {
    add_optimizer(rnn, Rule::Sgd(Sgd { momentum, nesterov, weight_decay }))
}

/// The same for RMSProp.
#[wasm_bindgen]
pub fn rnn_add_rms_prop(rnn: *mut RawRnn, alpha: f64, epsilon: f64, momentum: f64, weight_decay: f64) -> i32 {
    add_optimizer(rnn, Rule::RmsProp(RmsProp { alpha, epsilon, momentum, weight_decay }))
}

#[inline(never)]
fn add_optimizer(rnn: *mut RawRnn, rule: Rule) -> i32 {
    let rnn = borrow(rnn);
    insert(&mut rnn.optimizers, Optimizer::new(rule, rnn.network.table.arena_len()).map(Box::new))
}

/// The byte address of an arena of a slot's moments.
#[wasm_bindgen]
pub fn rnn_moments_pointer(rnn: *mut RawRnn, slot: usize, index: usize) -> usize {
    address(&optimizer(rnn, slot).moments[index])
}

/// A slot's running product β₁ᵗ (0) or β₂ᵗ (1).
#[wasm_bindgen]
pub fn rnn_running_product(rnn: *mut RawRnn, slot: usize, index: usize) -> f64 {
    optimizer(rnn, slot).products[index]
}

/// Sets a slot's running products.
#[wasm_bindgen]
pub fn rnn_set_running_products(rnn: *mut RawRnn, slot: usize, first: f64, second: f64) {
    optimizer(rnn, slot).products = [first, second];
}

fn optimizer<'a>(rnn: *mut RawRnn, slot: usize) -> &'a mut Optimizer {
    occupied(&mut borrow(rnn).optimizers, slot)
}

/// The object in a slot; the facade never asks for one that is empty.
fn occupied<T>(slots: &mut [Option<Box<T>>], slot: usize) -> &mut T {
    match &mut slots[slot] {
        Some(value) => value,
        None => panic!(),
    }
}

/// Gives a slot's memory back.
#[wasm_bindgen]
pub fn rnn_remove_optimizer(rnn: *mut RawRnn, slot: usize) {
    borrow(rnn).optimizers[slot] = None;
}

/// One training step; the loss before the update, NaN where it or a gradient is not finite. `dropout_step` below 0: nothing is
/// dropped.
#[wasm_bindgen]
pub fn rnn_train_step(
    rnn: *mut RawRnn,
    slot: usize,
    learning_rate: f64,
    clip_norm: f64,
    sum: bool,
    dropout_step: f64,
) -> f64 {
    let RawRnn { network, ws, optimizers, gradient_norm, .. } = borrow(rnn);
    let loss = train::gradients(network, ws, reduction(sum), false, step(dropout_step));
    let applied = train::check_loss(loss)
        .and_then(|()| train::apply(network, occupied(optimizers, slot), learning_rate, clip_norm));
    *gradient_norm = norm_or_nan(applied);
    if gradient_norm.is_nan() { f64::NAN } else { loss }
}

/// One update from the gradients as they stand; their norm before clipping, NaN where one of them is not finite.
#[wasm_bindgen]
pub fn rnn_apply_gradients(rnn: *mut RawRnn, slot: usize, learning_rate: f64, clip_norm: f64) -> f64 {
    let RawRnn { network, optimizers, gradient_norm, .. } = borrow(rnn);
    *gradient_norm = norm_or_nan(train::apply(network, occupied(optimizers, slot), learning_rate, clip_norm));
    *gradient_norm
}

fn norm_or_nan(norm: Result<f64, Error>) -> f64 {
    norm.unwrap_or_else(|error| {
        fail(error);
        f64::NAN
    })
}

/// The norm of the last step's gradients, before clipping.
#[wasm_bindgen]
pub fn rnn_gradient_norm(rnn: *mut RawRnn) -> f64 {
    borrow(rnn).gradient_norm
}

/// Buffers for a stream of single steps; its slot. Their addresses stay as they are.
#[wasm_bindgen]
pub fn rnn_add_session(rnn: *mut RawRnn, batch: usize, dense: bool) -> i32 {
    let rnn = borrow(rnn);
    insert(&mut rnn.sessions, Session::new(&mut rnn.network, batch, dense))
}

/// The byte address of a session's buffer.
#[wasm_bindgen]
pub fn rnn_session_pointer(rnn: *mut RawRnn, slot: usize, buffer: usize) -> usize {
    let RawRnn { network, sessions, .. } = borrow(rnn);
    buffer_address(network, &occupied(sessions, slot).ws, buffer)
}

/// One step from a session's inputs and state to its logits and its next state.
#[wasm_bindgen]
pub fn rnn_session_step(rnn: *mut RawRnn, slot: usize) {
    let RawRnn { network, sessions, .. } = borrow(rnn);
    occupied(sessions, slot).step(network);
}

/// Gives a session's memory back.
#[wasm_bindgen]
pub fn rnn_remove_session(rnn: *mut RawRnn, slot: usize) {
    borrow(rnn).sessions[slot] = None;
}

/// Room for `keep_state` at the current shape: to be had before anything changes.
#[wasm_bindgen]
pub fn rnn_reserve_kept_state(rnn: *mut RawRnn) -> bool {
    let rnn = borrow(rnn);
    done(rnn.ws.reserve_kept_state(&rnn.network))
}

/// Keeps the final state for `restore_state`.
#[wasm_bindgen]
pub fn rnn_keep_state(rnn: *mut RawRnn) {
    let rnn = borrow(rnn);
    rnn.ws.keep_state(&rnn.network);
}

/// The initial state becomes the one that was kept.
#[wasm_bindgen]
pub fn rnn_restore_state(rnn: *mut RawRnn) {
    let rnn = borrow(rnn);
    rnn.ws.restore_state(&rnn.network);
}

/// Room for the loss on (B, T, V) of the caller's, see `sequence_loss`; 0 where there is no memory.
#[wasm_bindgen]
pub fn sequence_loss_new(batch: usize, time: usize, classes: usize) -> *mut SequenceLoss {
    give_or_null(SequenceLoss::new(batch, time, classes))
}

fn give_or_null<T>(value: Result<T, Error>) -> *mut T {
    match value {
        Ok(value) => give(value),
        Err(error) => {
            fail(error);
            ptr::null_mut()
        }
    }
}

/// Gives it back.
#[wasm_bindgen]
pub fn sequence_loss_free(loss: *mut SequenceLoss) {
    free(loss);
}

/// The byte address of logits, targets, weights or (as outputs) the result: batch-major, not padded.
#[wasm_bindgen]
pub fn sequence_loss_pointer(loss: *mut SequenceLoss, buffer: usize) -> usize {
    let loss = borrow(loss);
    match RawBuffer::ALL[buffer] {
        RawBuffer::Logits => address(&loss.logits),
        RawBuffer::Targets => address(&loss.targets),
        RawBuffer::Weights => address(&loss.weights),
        _ => address(&loss.result),
    }
}

/// The last number of the result in f64: the loss, where there is but one.
#[wasm_bindgen]
pub fn sequence_loss_last(loss: *mut SequenceLoss) -> f64 {
    borrow(loss).last
}

/// Computes; how many numbers the result has.
#[wasm_bindgen]
pub fn sequence_loss_compute(
    loss: *mut SequenceLoss,
    average_time: bool,
    average_batch: bool,
    sum_time: bool,
    sum_batch: bool,
) -> usize {
    let axis = |average, sum| match (average, sum) {
        (true, _) => Axis::Average,
        (_, true) => Axis::Sum,
        _ => Axis::Keep,
    };
    borrow(loss).compute(axis(average_time, sum_time), axis(average_batch, sum_batch))
}

/// Room for draws from (B, V), see `sample`; 0 where there is no memory.
#[wasm_bindgen]
pub fn sampler_new(batch: usize, classes: usize) -> *mut Sampler {
    give_or_null(Sampler::new(batch, classes))
}

/// Gives it back.
#[wasm_bindgen]
pub fn sampler_free(sampler: *mut Sampler) {
    free(sampler);
}

/// The byte address of the ids drawn or (any other) of the logits: batch-major, not padded.
#[wasm_bindgen]
pub fn sampler_pointer(sampler: *mut Sampler, buffer: usize) -> usize {
    let sampler = borrow(sampler);
    if buffer == RawBuffer::Ids as usize { address(&sampler.ids) } else { address(&sampler.logits) }
}

/// Draws an id for each row.
#[wasm_bindgen]
pub fn sampler_draw(sampler: *mut Sampler, temperature: f64, seed: u32, step: f64) {
    borrow(sampler).draw(temperature, seed, step as u64);
}

/// The shape of a schedule; see `schedule`.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum RawCurve {
    /// from → to in a line
    Linear,
    /// from → to along half a cosine
    Cosine,
    /// from, times `to` again and again
    StepDecay,
    /// up to `to` in a line
    Warmup,
}

/// The learning rate after `step` updates.
#[wasm_bindgen]
pub fn learning_rate(curve: usize, from: f64, to: f64, steps: f64, step: f64) -> f64 {
    const CURVES: [Curve; 4] = [Curve::Linear, Curve::Cosine, Curve::StepDecay, Curve::Warmup];
    schedule::learning_rate(CURVES[curve], from, to, steps, step)
}

#[cfg(test)]
mod tests {
    use super::RawBuffer;

    #[test]
    fn buffers_stand_at_their_numbers() {
        assert!(RawBuffer::ALL.iter().enumerate().all(|(number, &buffer)| buffer as usize == number));
    }
}
