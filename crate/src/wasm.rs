//! What JavaScript sees: one-liners over the core, without mathematics and without policy. `RawX` is mirrored by class `X` of the
//! facade, which has checked every argument before it comes here, and reads and writes buffers by their address.

use crate::cell::CellKind;
use crate::error::Error;
use crate::forward::forward;
use crate::init::{Init, RecurrentInit};
use crate::kernel::padded;
use crate::loss::{self, Reduction};
use crate::network::{Config, Network};
use crate::optimizer::{Adam, EpsilonMode, Optimizer, RmsProp, Rule, Sgd};
use crate::sample::Sampler;
use crate::schedule::{self, Curve};
use crate::sequence_loss::{Axis, SequenceLoss};
use crate::session::Session;
use crate::track::first_output;
use crate::train;
use crate::workspace::{Shape, Workspace};
use alloc::string::String;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own `Error`, with properties `code` and `bytes`, from which the facade makes its own.
    #[wasm_bindgen(js_name = Error)]
    type CodedError;
    #[wasm_bindgen(constructor, js_class = "Error")]
    fn new(message: &str) -> CodedError;
    #[wasm_bindgen(method, setter)]
    fn set_code(this: &CodedError, code: &str);
    #[wasm_bindgen(method, setter)]
    fn set_bytes(this: &CodedError, bytes: f64);
}

/// The one place where an error becomes JavaScript's.
impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        let js = CodedError::new(error.what());
        js.set_code(error.code());
        js.set_bytes(error.bytes() as f64);
        js.into()
    }
}

/// What the facade never does: still an `Error`, not a thrown string.
fn misuse(message: &str) -> JsValue {
    CodedError::new(message).into()
}

/// The buffers that the facade reads and writes.
#[wasm_bindgen]
#[derive(Clone, Copy)]
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

/// The buffers by their numbers: exported functions take numbers, or each would bring a comparison with every name.
const BUFFERS: [RawBuffer; 23] = [
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

fn buffer_of(number: usize) -> RawBuffer {
    BUFFERS.get(number).copied().unwrap_or(RawBuffer::Outputs)
}

/// A network, its workspace and its optimizers' moments.
#[wasm_bindgen]
pub struct RawRnn {
    network: Network,
    ws: Workspace,
    optimizers: Vec<Option<Optimizer>>,
    sessions: Vec<Option<Session>>,
    gradient_norm: f64,
    failure: Option<Error>,
}

fn address<T>(slice: &[T]) -> usize {
    slice.as_ptr() as usize
}

/// A buffer of the workspace; those that each unit has are the last layer's first.
fn buffer_address(network: &Network, ws: &Workspace, buffer: RawBuffer) -> usize {
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
        _ => unit_address(network, ws, buffer, network.units.len() - network.sizes.d),
    }
}

/// A buffer that each unit has: the row of t = 0.
fn unit_address(network: &Network, ws: &Workspace, buffer: RawBuffer, unit: usize) -> usize {
    let (Some(track), Some(reverse)) = (ws.tracks.get(unit), network.units.get(unit).map(|u| u.reverse))
    else {
        return 0;
    };
    let outputs = first_output(reverse, ws.shape.batch * network.sizes.hp) * size_of::<f32>();
    match buffer {
        RawBuffer::Gates => address(&track.gates),
        RawBuffer::Cells => address(&track.c) + outputs,
        RawBuffer::OutputsGradient | RawBuffer::LogitsGradient => address(&track.dh) + outputs,
        _ => address(&track.h) + outputs,
    }
}

/// Puts a value into the first free slot.
fn insert<T>(slots: &mut Vec<Option<T>>, value: T) -> usize {
    let slot = slots.iter().position(Option::is_none).unwrap_or(slots.len());
    if slot == slots.len() {
        slots.push(None);
    }
    slots[slot] = Some(value);
    slot
}

fn reduction(sum: bool) -> Reduction {
    if sum { Reduction::Sum } else { Reduction::Average }
}

/// The step of the dropout masks; below 0 none.
fn step(dropout_step: f64) -> Option<u64> {
    (dropout_step >= 0.0).then_some(dropout_step as u64)
}

#[wasm_bindgen]
impl RawRnn {
    /// `output_size` 0: no output layer.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        cell: &str,
        input_size: usize,
        hidden_size: usize,
        output_size: usize,
        layers: usize,
        bidirectional: bool,
        dropout: f64,
        init: &str,
        recurrent_init: &str,
        forget_bias: f64,
        seed: u32,
    ) -> Result<RawRnn, JsValue> {
        let network = Network::new(Config {
            cell: CellKind::from_name(cell).ok_or_else(|| misuse("unknown cell"))?,
            input_size,
            hidden_size,
            output_size: (output_size > 0).then_some(output_size),
            layers,
            bidirectional,
            dropout,
            init: if init == "uniform-hidden" { Init::UniformHidden } else { Init::GlorotUniform },
            recurrent_init: match recurrent_init {
                "orthogonal" => RecurrentInit::Orthogonal,
                _ => RecurrentInit::Same,
            },
            forget_bias: forget_bias as f32,
            seed,
        })?;
        Ok(RawRnn {
            network,
            ws: Workspace::default(),
            optimizers: Vec::new(),
            sessions: Vec::new(),
            gradient_norm: 0.0,
            failure: None,
        })
    }

    /// Entries of the parameter table.
    #[wasm_bindgen(getter, js_name = parameterCount)]
    pub fn parameter_count(&self) -> usize {
        self.network.table.len()
    }

    /// The name of an entry.
    #[wasm_bindgen(js_name = parameterName)]
    pub fn parameter_name(&self, index: usize) -> String {
        self.network.table.get(index).name.clone()
    }

    /// Its shape.
    #[wasm_bindgen(js_name = parameterShape)]
    pub fn parameter_shape(&self, index: usize) -> Vec<usize> {
        self.network.table.get(index).shape.clone()
    }

    /// Its first float in the arenas.
    #[wasm_bindgen(js_name = parameterOffset)]
    pub fn parameter_offset(&self, index: usize) -> usize {
        self.network.table.get(index).range.start
    }

    /// Which parameters an optimizer updates.
    #[wasm_bindgen(js_name = setActive)]
    pub fn set_active(&mut self, index: usize, active: bool) {
        self.network.active[index] = active;
    }

    /// Makes room for a pass of this shape and makes it the current one.
    pub fn begin(
        &mut self,
        batch: usize,
        time: usize,
        dense: bool,
        training: bool,
        mean_squared_error: bool,
    ) -> bool {
        let shape = Shape { batch, time, dense, training, squared: mean_squared_error };
        self.failure = self.ws.begin(&mut self.network, shape).err();
        self.failure.is_none()
    }

    /// Throws what the last `begin` or `trainStep` has failed with. They do not throw themselves: a `Result` goes through memory and
    /// a view of it, which costs a small network a twentieth of its step.
    pub fn fail(&mut self) -> Result<(), JsValue> {
        self.failure.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// The byte address of a buffer. Whoever asks for the parameters may write them.
    pub fn pointer(&mut self, buffer: usize) -> usize {
        let buffer = buffer_of(buffer);
        if let RawBuffer::Parameters = buffer {
            self.network.parameters_changed();
        }
        buffer_address(&self.network, &self.ws, buffer)
    }

    /// The byte address of a buffer that each unit (layer·D + direction) has: outputs, their gradients, gates, cells.
    #[wasm_bindgen(js_name = unitPointer)]
    pub fn unit_pointer(&self, buffer: usize, unit: usize) -> usize {
        unit_address(&self.network, &self.ws, buffer_of(buffer), unit)
    }

    /// Floats from the start of a row of gates to those of gate `gate`.
    #[wasm_bindgen(js_name = gateOffset)]
    pub fn gate_offset(&self, gate: usize) -> usize {
        self.network.cell.layout().input.get(gate).map_or(0, |block| block * self.network.sizes.hp)
    }

    /// Floats from one (t, b) row of a (T, B, ·) buffer to the next.
    pub fn stride(&self, buffer: usize) -> usize {
        let s = self.network.sizes;
        match buffer_of(buffer) {
            RawBuffer::Logits | RawBuffer::LogitsGradient => s.vp,
            RawBuffer::Gates => s.n,
            RawBuffer::TargetValues => s.v,
            RawBuffer::Features => s.i,
            RawBuffer::FeaturesGradient => padded(s.i),
            _ => s.hp,
        }
    }

    /// The forward pass.
    pub fn forward(&mut self) {
        forward(&mut self.network, &mut self.ws, None);
    }

    /// The loss of the last forward pass.
    pub fn loss(&mut self, sum: bool) -> f64 {
        loss::sequence_loss(&self.network, &mut self.ws, reduction(sum), false)
    }

    /// The weighted share of right predictions of the last forward pass.
    pub fn accuracy(&self) -> f64 {
        loss::metric(&self.network, &self.ws)
    }

    /// The weighted mean absolute error of the last forward pass.
    #[wasm_bindgen(js_name = meanAbsoluteError)]
    pub fn mean_absolute_error(&self) -> f64 {
        loss::metric(&self.network, &self.ws)
    }

    /// Forward, loss and BPTT; the loss. `dropout_step` below 0: nothing is dropped.
    pub fn gradients(&mut self, sum: bool, accumulate: bool, dropout_step: f64) -> f64 {
        let (network, ws) = (&mut self.network, &mut self.ws);
        train::gradients(network, ws, reduction(sum), accumulate, step(dropout_step))
    }

    /// Forward and BPTT from gradients that the caller has written.
    pub fn backward(&mut self, accumulate: bool) {
        train::backward(&mut self.network, &mut self.ws, accumulate);
    }

    /// Moments for one more optimizer; its slot.
    #[wasm_bindgen(js_name = addAdam)]
    pub fn add_adam(
        &mut self,
        beta1: f64,
        beta2: f64,
        epsilon: f64,
        torch: bool,
        weight_decay: f64,
    ) -> Result<usize, JsValue> {
        let mode = if torch { EpsilonMode::Torch } else { EpsilonMode::TensorFlow };
        self.add_optimizer(Rule::Adam(Adam::new([beta1, beta2], epsilon, mode, weight_decay)))
    }

    /// The same for gradient descent.
    #[wasm_bindgen(js_name = addSgd)]
    pub fn add_sgd(&mut self, momentum: f64, nesterov: bool, weight_decay: f64) -> Result<usize, JsValue> {
        self.add_optimizer(Rule::Sgd(Sgd { momentum, nesterov, weight_decay }))
    }

    /// The same for RMSProp.
    #[wasm_bindgen(js_name = addRmsProp)]
    pub fn add_rms_prop(
        &mut self,
        alpha: f64,
        epsilon: f64,
        momentum: f64,
        weight_decay: f64,
    ) -> Result<usize, JsValue> {
        self.add_optimizer(Rule::RmsProp(RmsProp { alpha, epsilon, momentum, weight_decay }))
    }

    /// The byte address of an arena of a slot's moments.
    #[wasm_bindgen(js_name = momentsPointer)]
    pub fn moments_pointer(&self, slot: usize, index: usize) -> usize {
        self.optimizers[slot].as_ref().map_or(0, |optimizer| address(&optimizer.moments[index]))
    }

    /// A slot's running product β₁ᵗ (0) or β₂ᵗ (1).
    #[wasm_bindgen(js_name = runningProduct)]
    pub fn running_product(&self, slot: usize, index: usize) -> f64 {
        self.optimizers[slot].as_ref().map_or(1.0, |optimizer| optimizer.products[index])
    }

    /// Sets a slot's running products.
    #[wasm_bindgen(js_name = setRunningProducts)]
    pub fn set_running_products(&mut self, slot: usize, first: f64, second: f64) {
        if let Some(optimizer) = &mut self.optimizers[slot] {
            optimizer.products = [first, second];
        }
    }

    /// Gives a slot's memory back.
    #[wasm_bindgen(js_name = removeOptimizer)]
    pub fn remove_optimizer(&mut self, slot: usize) {
        self.optimizers[slot] = None;
    }

    /// One training step; the loss before the update, NaN where it failed. `dropout_step` below 0: nothing is dropped.
    #[wasm_bindgen(js_name = trainStep)]
    pub fn train_step(
        &mut self,
        slot: usize,
        learning_rate: f64,
        clip_norm: f64,
        sum: bool,
        dropout_step: f64,
    ) -> f64 {
        let Some(optimizer) = &mut self.optimizers[slot] else {
            return f64::NAN;
        };
        let (network, ws) = (&mut self.network, &mut self.ws);
        let result = train::train_step(
            network,
            ws,
            optimizer,
            learning_rate,
            clip_norm,
            reduction(sum),
            step(dropout_step),
        );
        match result {
            Ok((loss, norm)) => {
                self.gradient_norm = norm;
                loss
            }
            Err(error) => {
                self.failure = Some(error);
                f64::NAN
            }
        }
    }

    /// One update from the gradients as they stand; their norm before clipping.
    #[wasm_bindgen(js_name = applyGradients)]
    pub fn apply_gradients(
        &mut self,
        slot: usize,
        learning_rate: f64,
        clip_norm: f64,
    ) -> Result<f64, JsValue> {
        let Some(optimizer) = &mut self.optimizers[slot] else {
            return Err(misuse("no such optimizer"));
        };
        self.gradient_norm = train::apply(&mut self.network, optimizer, learning_rate, clip_norm)?;
        Ok(self.gradient_norm)
    }

    /// The norm of the last step's gradients, before clipping.
    #[wasm_bindgen(getter, js_name = gradientNorm)]
    pub fn gradient_norm(&self) -> f64 {
        self.gradient_norm
    }

    /// Buffers for a stream of single steps; its slot. Their addresses stay as they are.
    #[wasm_bindgen(js_name = addSession)]
    pub fn add_session(&mut self, batch: usize, dense: bool) -> Result<usize, JsValue> {
        let session = Session::new(&mut self.network, batch, dense)?;
        Ok(insert(&mut self.sessions, session))
    }

    /// The byte address of a session's buffer.
    #[wasm_bindgen(js_name = sessionPointer)]
    pub fn session_pointer(&self, slot: usize, buffer: usize) -> usize {
        self.sessions[slot]
            .as_ref()
            .map_or(0, |session| buffer_address(&self.network, &session.ws, buffer_of(buffer)))
    }

    /// One step from a session's inputs and state to its logits and its next state.
    #[wasm_bindgen(js_name = sessionStep)]
    pub fn session_step(&mut self, slot: usize) {
        if let Some(session) = &mut self.sessions[slot] {
            session.step(&mut self.network);
        }
    }

    /// Gives a session's memory back.
    #[wasm_bindgen(js_name = removeSession)]
    pub fn remove_session(&mut self, slot: usize) {
        self.sessions[slot] = None;
    }

    /// Room for `keepState` at the current shape: to be had before anything changes.
    #[wasm_bindgen(js_name = reserveKeptState)]
    pub fn reserve_kept_state(&mut self) -> Result<(), JsValue> {
        Ok(self.ws.reserve_kept_state(&self.network)?)
    }

    /// Keeps the final state for `restoreState`.
    #[wasm_bindgen(js_name = keepState)]
    pub fn keep_state(&mut self) {
        self.ws.keep_state(&self.network);
    }

    /// The initial state becomes the one that was kept.
    #[wasm_bindgen(js_name = restoreState)]
    pub fn restore_state(&mut self) {
        self.ws.restore_state(&self.network);
    }
}

impl RawRnn {
    fn add_optimizer(&mut self, rule: Rule) -> Result<usize, JsValue> {
        let optimizer = Optimizer::new(rule, self.network.table.arena_len())?;
        Ok(insert(&mut self.optimizers, optimizer))
    }
}

/// The loss on data of the caller's; see `sequence_loss`.
#[wasm_bindgen]
pub struct RawSequenceLoss(SequenceLoss);

#[wasm_bindgen]
impl RawSequenceLoss {
    /// Room for (B, T, V).
    #[wasm_bindgen(constructor)]
    pub fn new(batch: usize, time: usize, classes: usize) -> Result<RawSequenceLoss, JsValue> {
        Ok(RawSequenceLoss(SequenceLoss::new(batch, time, classes)?))
    }

    /// The byte address of logits, targets, weights or (as outputs) the result: batch-major, not padded.
    pub fn pointer(&self, buffer: usize) -> usize {
        match buffer_of(buffer) {
            RawBuffer::Logits => address(&self.0.logits),
            RawBuffer::Targets => address(&self.0.targets),
            RawBuffer::Weights => address(&self.0.weights),
            _ => address(&self.0.result),
        }
    }

    /// The last number of the result in f64: the loss, where there is but one.
    #[wasm_bindgen(getter)]
    pub fn last(&self) -> f64 {
        self.0.last
    }

    /// Computes; how many numbers the result has.
    pub fn compute(
        &mut self,
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
        self.0.compute(axis(average_time, sum_time), axis(average_batch, sum_batch))
    }
}

/// Draws ids from logits; see `sample`.
#[wasm_bindgen]
pub struct RawSampler(Sampler);

#[wasm_bindgen]
impl RawSampler {
    /// Room for (B, V).
    #[wasm_bindgen(constructor)]
    pub fn new(batch: usize, classes: usize) -> Result<RawSampler, JsValue> {
        Ok(RawSampler(Sampler::new(batch, classes)?))
    }

    /// The byte address of the ids drawn or (any other) of the logits: batch-major, not padded.
    pub fn pointer(&self, buffer: usize) -> usize {
        match buffer_of(buffer) {
            RawBuffer::Ids => address(&self.0.ids),
            _ => address(&self.0.logits),
        }
    }

    /// Draws an id for each row.
    pub fn draw(&mut self, temperature: f64, seed: u32, step: f64) {
        self.0.draw(temperature, seed, step as u64);
    }
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
#[wasm_bindgen(js_name = learningRate)]
pub fn learning_rate(curve: RawCurve, from: f64, to: f64, steps: f64, step: f64) -> f64 {
    let curve = match curve {
        RawCurve::Linear => Curve::Linear,
        RawCurve::Cosine => Curve::Cosine,
        RawCurve::StepDecay => Curve::StepDecay,
        RawCurve::Warmup => Curve::Warmup,
    };
    schedule::learning_rate(curve, from, to, steps, step)
}
