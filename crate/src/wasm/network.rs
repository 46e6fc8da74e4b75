//! A network, its workspace, its optimizers' moments and its sessions: creation, parameters and buffers.

use crate::activations::first_output;
use crate::buffer::push;
use crate::error::{Error, ErrorKind};
use crate::kernel::padded;
use crate::network::{Config, Network};
use crate::optimizer::Optimizer;
use crate::session::Session;
use crate::wasm::arguments::argument;
use crate::wasm::enumerations::{
    RawBuffer, RawCell, RawDirectionBuffer, RawInit, RawNetworkArgument, RawParameterProperty,
    RawRecurrentInit, RawRole,
};
use crate::wasm::failure::{fail, succeeded};
use crate::wasm::handle::{Borrowed, Owned};
use crate::workspace::{Loss, Shape, Workspace};
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;

/// A network and all that depends on it. Optimizers and sessions are in numbered slots.
pub struct RawRnn {
    /// The network
    pub network: Network,
    /// The buffers of its passes
    pub ws: Workspace,
    /// The loss of the batch that follows
    pub loss: Loss,
    /// The optimizers by slot
    pub optimizers: Vec<Option<Optimizer>>,
    /// The sessions by slot
    pub sessions: Vec<Option<Session>>,
    /// The norm of the gradients of the last update, before clipping
    pub gradient_norm: f64,
}

/// Puts a value into the first free slot and returns its number, or −1 for a failure, which is recorded.
pub fn insert<T>(slots: &mut Vec<Option<T>>, value: Result<T, Error>, kind: ErrorKind) -> i32 {
    let inserted = value.and_then(|value| match slots.iter().position(Option::is_none) {
        Some(slot) => {
            slots[slot] = Some(value);
            Ok(slot)
        }
        None => push(slots, Some(value), kind).map(|()| slots.len() - 1),
    });
    inserted.map_or_else(
        |error| {
            fail(error);
            -1
        },
        |slot| slot as i32,
    )
}

/// Returns the object in a slot. Panics if the slot is empty, which the facade never requests.
pub fn occupied<T>(slots: &mut [Option<T>], slot: usize) -> &mut T {
    match &mut slots[slot] {
        Some(value) => value,
        None => panic!(),
    }
}

/// Creates a network from the arguments `RawNetworkArgument`.
#[wasm_bindgen]
pub fn rnn_new() -> Owned<RawRnn> {
    use RawNetworkArgument as Name;
    let number = |name: RawNetworkArgument| argument(name as usize);
    let integer = |name: RawNetworkArgument| number(name) as usize;
    let output_size = integer(Name::OutputSize);
    let network = Network::new(Config {
        cell: RawCell::from_number(integer(Name::Cell)).into(),
        input_size: integer(Name::InputSize),
        hidden_size: integer(Name::HiddenSize),
        output_size: (output_size > 0).then_some(output_size),
        layers: integer(Name::Layers),
        bidirectional: integer(Name::Bidirectional) != 0,
        dropout: number(Name::Dropout),
        init: RawInit::from_number(integer(Name::Init)).into(),
        recurrent_init: RawRecurrentInit::from_number(integer(Name::RecurrentInit)).into(),
        forget_bias: number(Name::ForgetBias) as f32,
        seed: integer(Name::Seed) as u32,
    });
    Owned::new(
        network.map(|network| RawRnn {
            network,
            ws: Workspace::default(),
            loss: Loss::default(),
            optimizers: Vec::new(),
            sessions: Vec::new(),
            gradient_norm: 0.0,
        }),
        ErrorKind::Parameters,
    )
}

/// Frees a network.
#[wasm_bindgen]
pub fn rnn_free(rnn: Owned<RawRnn>) {
    drop(rnn);
}

/// Returns the number of entries of the parameter table.
#[wasm_bindgen]
pub fn rnn_parameter_count(rnn: Borrowed<RawRnn>) -> usize {
    rnn.network.table.len()
}

/// Returns a `RawParameterProperty` of an entry of the parameter table.
#[wasm_bindgen]
pub fn rnn_parameter(rnn: Borrowed<RawRnn>, index: usize, property: usize) -> usize {
    let parameter = rnn.network.table.get(index);
    match RawParameterProperty::from_number(property) {
        RawParameterProperty::Role => RawRole::from(parameter.role) as usize,
        RawParameterProperty::Direction => parameter.direction,
        RawParameterProperty::Rows => parameter.shape[0],
        RawParameterProperty::Columns => parameter.shape[1],
        RawParameterProperty::Offset => parameter.range.start,
    }
}

/// Sets whether optimizers update a parameter.
#[wasm_bindgen]
pub fn rnn_set_active(mut rnn: Borrowed<RawRnn>, index: usize, active: bool) {
    rnn.network.active[index] = active;
}

/// Allocates the buffers of a pass of this shape, with the loss of `rnn_set_loss`, and makes the shape the
/// current one. Returns true if there was memory.
#[wasm_bindgen]
pub fn rnn_begin(mut rnn: Borrowed<RawRnn>, batch: usize, time: usize, dense: bool, training: bool) -> bool {
    let RawRnn { network, ws, loss, .. } = &mut *rnn;
    succeeded(ws.begin(network, Shape { batch, time, dense, training, loss: *loss }))
}

/// Declares that the rows of the pass are those from `first` on of a batch of `total` rows, which decides what dropout drops.
/// Must follow `rnn_begin`.
#[wasm_bindgen]
pub fn rnn_set_rows(mut rnn: Borrowed<RawRnn>, first: usize, total: usize) {
    rnn.ws.rows = [first, total];
}

fn address<T>(slice: &[T]) -> usize {
    slice.as_ptr() as usize
}

/// Returns the byte address of a buffer. Marks the packed weights as out of date if it is the parameters,
/// which the caller may write.
#[wasm_bindgen]
pub fn rnn_address(mut rnn: Borrowed<RawRnn>, buffer: usize) -> usize {
    let RawRnn { network, ws, .. } = &mut *rnn;
    let buffer = RawBuffer::from_number(buffer);
    if buffer == RawBuffer::Parameters {
        network.parameters_changed();
        network.theta_bound = f64::INFINITY;
    }
    buffer_address(network, ws, buffer)
}

/// Returns the byte address of the parameters, for a caller that only reads them.
#[wasm_bindgen]
pub fn rnn_parameters_address(rnn: Borrowed<RawRnn>) -> usize {
    address(&rnn.network.theta)
}

/// Returns the byte address of a buffer.
#[inline(never)]
pub fn buffer_address(network: &Network, ws: &Workspace, buffer: RawBuffer) -> usize {
    let last = |buffer| direction_address(network, ws, buffer, network.directions.len() - 1);
    match buffer {
        RawBuffer::Parameters => address(&network.theta),
        RawBuffer::Gradients => address(&network.gradients),
        RawBuffer::Ids => address(&ws.ids),
        RawBuffer::Features => address(&ws.features),
        RawBuffer::SequenceLengths => address(&ws.lengths),
        RawBuffer::Targets => address(&ws.targets),
        RawBuffer::TargetValues => address(&ws.target_values),
        RawBuffer::Weights => address(&ws.weights),
        RawBuffer::Quantiles => address(&ws.quantiles),
        RawBuffer::InitialState => address(&ws.initial_state.h),
        RawBuffer::FinalState => address(&ws.final_state.h),
        RawBuffer::InitialStateGradient => address(&ws.initial_state_gradient.h),
        RawBuffer::FinalStateGradient => address(&ws.final_state_gradient.h),
        RawBuffer::InitialCell => address(&ws.initial_state.c),
        RawBuffer::FinalCell => address(&ws.final_state.c),
        RawBuffer::InitialCellGradient => address(&ws.initial_state_gradient.c),
        RawBuffer::FinalCellGradient => address(&ws.final_state_gradient.c),
        // Without a separate buffer, the logits are the hidden states of the only direction of the last layer.
        RawBuffer::Logits if !network.has_logits() => last(RawDirectionBuffer::Outputs),
        RawBuffer::Logits => address(&ws.logits),
        RawBuffer::LogitsGradient if !network.has_logits() => last(RawDirectionBuffer::OutputsGradient),
        RawBuffer::LogitsGradient => address(&ws.dlogits),
        RawBuffer::FeaturesGradient => address(&ws.dfeatures),
    }
}

/// Returns the number of floats from one row of a buffer to the next; 1 for buffers without rows, such as ids
/// and arenas, and for those whose rows depend on the loss.
#[wasm_bindgen]
pub fn rnn_stride(rnn: Borrowed<RawRnn>, buffer: usize) -> usize {
    let s = &rnn.network.sizes;
    match RawBuffer::from_number(buffer) {
        RawBuffer::Parameters
        | RawBuffer::Gradients
        | RawBuffer::Ids
        | RawBuffer::SequenceLengths
        | RawBuffer::Targets
        | RawBuffer::TargetValues
        | RawBuffer::Weights
        | RawBuffer::Quantiles => 1,
        RawBuffer::Features => s.i,
        RawBuffer::FeaturesGradient => padded(s.i),
        RawBuffer::Logits | RawBuffer::LogitsGradient => s.vp,
        RawBuffer::InitialState
        | RawBuffer::FinalState
        | RawBuffer::InitialStateGradient
        | RawBuffer::FinalStateGradient
        | RawBuffer::InitialCell
        | RawBuffer::FinalCell
        | RawBuffer::InitialCellGradient
        | RawBuffer::FinalCellGradient => s.h,
    }
}

/// Returns the byte address of a buffer of direction layer·D + direction: its row of t = 0.
#[wasm_bindgen]
pub fn rnn_direction_address(rnn: Borrowed<RawRnn>, buffer: usize, direction: usize) -> usize {
    direction_address(&rnn.network, &rnn.ws, RawDirectionBuffer::from_number(buffer), direction)
}

#[inline(never)]
fn direction_address(network: &Network, ws: &Workspace, buffer: RawDirectionBuffer, index: usize) -> usize {
    let reverse = network.directions.get(index).map(|direction| direction.reverse);
    let (Some(activations), Some(reverse)) = (ws.activations.get(index), reverse) else {
        return 0;
    };
    let outputs = first_output(reverse, ws.shape.batch * network.sizes.hp) * size_of::<f32>();
    match buffer {
        RawDirectionBuffer::Outputs => address(&activations.h) + outputs,
        RawDirectionBuffer::OutputsGradient => address(&activations.dh) + outputs,
        RawDirectionBuffer::Gates => address(&activations.gates),
        RawDirectionBuffer::Cells => address(&activations.c) + outputs,
    }
}

/// Returns the number of floats from one row of a direction's buffer to the next.
#[wasm_bindgen]
pub fn rnn_direction_stride(rnn: Borrowed<RawRnn>, buffer: usize) -> usize {
    match RawDirectionBuffer::from_number(buffer) {
        RawDirectionBuffer::Gates => rnn.network.sizes.n,
        RawDirectionBuffer::Outputs | RawDirectionBuffer::OutputsGradient | RawDirectionBuffer::Cells => {
            rnn.network.sizes.hp
        }
    }
}

/// Returns the number of floats from the start of a row of gates to the values of gate `gate`.
#[wasm_bindgen]
pub fn rnn_gate_offset(rnn: Borrowed<RawRnn>, gate: usize) -> usize {
    rnn.network.cell.layout().input.get(gate).map_or(0, |block| block * rnn.network.sizes.hp)
}
