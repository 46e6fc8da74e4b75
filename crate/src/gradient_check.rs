//! Compares the gradients with finite differences, for every cell × layers × directions × lengths × losses, and tests directions,
//! sessions and dropout. The f64 twin and the golden data of the facade's tests check the equations themselves.

use crate::activations::first_output;
use crate::cell::CellKind;
use crate::forward::forward;
use crate::init::{Init, RecurrentInit};
use crate::loss::sequence_loss;
use crate::network::{Config, Network};
use crate::rng::{Stream, uniform};
use crate::session::Session;
use crate::train::{backward, gradients};
use crate::workspace::{Cost, Loss, Reduction, Shape, Workspace};
use core::ops::Range;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const CELLS: [CellKind; 5] =
    [CellKind::Tanh, CellKind::Relu, CellKind::Gru, CellKind::GruResetBefore, CellKind::Lstm];
const T: usize = 4;
const B: usize = 3;
const LENGTHS: [i32; B] = [4, 1, 3];
const CLASSES: Loss =
    Loss { cost: Cost::CrossEntropy, reduction: Reduction::Average, quantiles: 1, weighted_values: false };
const SQUARES: Loss = Loss { cost: Cost::SquaredError, ..CLASSES };
/// H, V and I are not multiples of 8, so that padding is tested.
const CONFIG: Config = Config {
    cell: CellKind::Tanh,
    input_size: 3,
    hidden_size: 5,
    output_size: Some(3),
    layers: 1,
    bidirectional: false,
    dropout: 0.0,
    init: Init::UniformHidden,
    recurrent_init: RecurrentInit::Same,
    forget_bias: 1.0,
    seed: 3,
};

/// Returns a uniform random number in (−1, 1).
fn random(index: usize, place: u64) -> f32 {
    2.0 * uniform(9, Stream::Sample, place, index as u64) - 1.0
}

fn fill(data: &mut [f32], place: u64) {
    data.iter_mut().enumerate().for_each(|(i, x)| *x = random(i, place));
}

/// Returns the distance δ along a random direction of `len` coordinates that moves the point by about 0.1.
fn delta_of(len: usize) -> f32 {
    0.125 / (len as f32).sqrt()
}

/// Returns dL/dδ at 0 from four values of L around it, with an error of δ⁴. `move_by` moves relative to the
/// present point.
fn derivative(delta: f32, mut move_by: impl FnMut(f32) -> f64) -> f64 {
    let [two, one, minus_one, minus_two] =
        [move_by(2.0 * delta), move_by(-delta), move_by(-2.0 * delta), move_by(-delta)];
    move_by(2.0 * delta);
    (8.0 * (one - minus_one) - (two - minus_two)) / (12.0 * f64::from(delta))
}

/// Returns the effect of the rounding of L, a few 1e-7, on the difference.
fn tolerance(delta: f32) -> f64 {
    1e-6 / f64::from(delta)
}

/// A network with a batch in its workspace.
struct Case {
    network: Network,
    ws: Workspace,
    dropout_pass: Option<u64>,
}

impl Case {
    fn new(config: Config, dense: bool, loss: Loss, lengths: [i32; B]) -> Case {
        let mut network = Network::new(config).unwrap();
        let mut ws = Workspace::default();
        ws.begin(&mut network, Shape { batch: B, time: T, dense, training: true, loss }).unwrap();
        ws.lengths.copy_from_slice(&lengths);
        fill(&mut ws.features, 1);
        fill(&mut ws.target_values, 2);
        ws.target_values.iter_mut().for_each(|x| match loss.cost {
            Cost::BinaryCrossEntropy => *x = x.abs(),
            // Far from the kink on either side, where differences are valid.
            Cost::AbsoluteError | Cost::Quantile => *x += 3.0_f32.copysign(*x),
            _ => {}
        });
        ws.quantiles.iter_mut().enumerate().for_each(|(q, x)| *x = (0.5 + q as f32) / loss.quantiles as f32);
        fill(&mut ws.initial_state.h, 3);
        fill(&mut ws.initial_state.c, 4);
        let per_step = ws.shape.weights_per_step(&network);
        for i in 0..T * B * per_step {
            let within = i / per_step / B < lengths[i / per_step % B] as usize;
            ws.weights[i] = if within { 0.5 + random(i, 5).abs() } else { 0.0 };
        }
        for i in 0..T * B {
            if !dense {
                ws.ids[i] = (i * 7 % config.input_size) as i32;
            }
            if loss.cost == Cost::CrossEntropy {
                ws.targets[i] = (i * 5 % network.sizes.v) as i32;
            }
        }
        if config.cell == CellKind::Relu {
            // Far from the kink on either side, where differences are valid.
            network.theta.iter_mut().for_each(|x| *x *= 0.3);
            for index in network.directions.iter().map(|direction| direction.b_h).collect::<Vec<_>>() {
                let range = network.range(index);
                network.theta[range]
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, b)| *b = if i % 3 == 1 { -3.0 } else { 3.0 });
            }
        }
        Case { network, ws, dropout_pass: (config.dropout > 0.0).then_some(8) }
    }

    fn loss(&mut self) -> f64 {
        self.network.parameters_changed();
        forward(&mut self.network, &mut self.ws, self.dropout_pass);
        let loss = self.ws.shape.loss;
        sequence_loss(&self.network, &mut self.ws, loss.cost, loss.reduction, false)
    }

    fn gradients(&mut self, accumulate: bool) -> Vec<f32> {
        gradients(&mut self.network, &mut self.ws, accumulate, self.dropout_pass);
        self.network.gradients[..self.network.table.arena_len()].to_vec()
    }

    /// Compares the derivative along a random direction in one buffer, by the gradient and by differences.
    fn compare(
        &mut self,
        what: &str,
        buffer: fn(&mut Case) -> &mut [f32],
        range: Range<usize>,
        gradient: &[f32],
    ) {
        let delta = delta_of(gradient.len());
        let direction: Vec<f32> = (0..gradient.len()).map(|i| random(i, 6)).collect();
        let want = derivative(delta, |delta| {
            buffer(self)[range.clone()].iter_mut().zip(&direction).for_each(|(x, d)| *x += delta * d);
            self.loss()
        });
        let got: f64 = gradient.iter().zip(&direction).map(|(g, d)| f64::from(*g) * f64::from(*d)).sum();
        assert!(
            (got - want).abs() <= tolerance(delta),
            "{what}: {got} by the gradient, {want} by differences"
        );
    }

    fn check(&mut self, what: &str) {
        let gradient = self.gradients(false);
        let [h, c] = [&self.ws.initial_state_gradient.h, &self.ws.initial_state_gradient.c]
            .map(|g| g[..g.len().min(self.network.directions.len() * B * 5)].to_vec());
        for index in 0..self.network.table.len() {
            let (range, role) = (self.network.range(index), self.network.table.get(index).role);
            let gradient = &gradient[range.clone()];
            self.compare(&format!("{what} {role:?}"), |case| &mut case.network.theta, range, gradient);
        }
        self.compare(&format!("{what} h"), |case| &mut case.ws.initial_state.h, 0..h.len(), &h);
        if !c.is_empty() {
            self.compare(&format!("{what} c"), |case| &mut case.ws.initial_state.c, 0..c.len(), &c);
        }
    }
}

#[test]
fn gradients_are_the_differences() {
    for cell in CELLS {
        for (layers, bidirectional, output_size) in
            [(1, false, Some(3)), (1, true, None), (2, false, None), (2, true, Some(3))]
        {
            for (dense, loss, lengths) in [
                (false, CLASSES, LENGTHS),
                (true, SQUARES, LENGTHS),
                (true, CLASSES, [4; B]),
                (false, SQUARES, [4; B]),
            ] {
                let dropout = if dense && layers > 1 { 0.4 } else { 0.0 };
                let config = Config { cell, layers, bidirectional, output_size, dropout, ..CONFIG };
                let what = format!(
                    "{cell:?} L{layers} bi {bidirectional} V {output_size:?} dense {dense} {:?}",
                    loss.cost
                );
                Case::new(config, dense, loss, lengths).check(&what);
            }
        }
    }
}

/// The other losses do not depend on the cell.
#[test]
fn gradients_of_every_loss_are_the_differences() {
    for (cost, quantiles, output_size) in [
        (Cost::CrossEntropy, 1, Some(9)),
        (Cost::SquaredError, 1, Some(4)),
        (Cost::AbsoluteError, 1, Some(4)),
        (Cost::AbsoluteError, 1, None),
        (Cost::Quantile, 3, Some(12)),
        (Cost::Quantile, 5, None),
        (Cost::BinaryCrossEntropy, 1, Some(9)),
        (Cost::BinaryCrossEntropy, 1, None),
    ] {
        for (reduction, weighted_values, lengths) in [
            (Reduction::Average, false, LENGTHS),
            (Reduction::Sum, true, LENGTHS),
            (Reduction::Average, true, [4; B]),
        ] {
            let loss = Loss { cost, reduction, quantiles, weighted_values };
            if cost == Cost::CrossEntropy && weighted_values {
                continue; // a class has one weight
            }
            let what = format!("{cost:?} V {output_size:?} {weighted_values}");
            Case::new(Config { output_size, ..CONFIG }, true, loss, lengths).check(&what);
        }
    }
}

#[test]
fn gradients_of_the_caller_reach_features_and_final_states() {
    for cell in CELLS {
        let config = Config { cell, layers: 2, bidirectional: true, output_size: None, ..CONFIG };
        let mut case = Case::new(config, true, SQUARES, LENGTHS);
        // L = Σ h_T·r + Σ c_T·r depends on the final states only. L is larger here, and so is its rounding.
        let objective = |case: &mut Case| {
            forward(&mut case.network, &mut case.ws, None);
            let of = |data: &[f32], place| {
                data.iter().enumerate().map(|(i, x)| f64::from(x * random(i, place))).sum::<f64>()
            };
            let state = &case.ws.final_state;
            of(&state.h[..4 * B * 5], 11) + of(&state.c[..(4 * B * 5).min(state.c.len())], 12)
        };
        fill(&mut case.ws.final_state_gradient.h, 11);
        fill(&mut case.ws.final_state_gradient.c, 12);
        for activations in &mut case.ws.activations {
            activations.dh.fill(0.0);
        }
        backward(&mut case.network, &mut case.ws, false);
        let got: f64 = (0..T * B * 3)
            .filter(|at| (at / 3 / B) < LENGTHS[at / 3 % B] as usize)
            .map(|at| f64::from(case.ws.dfeatures[at / 3 * 8 + at % 3] * random(at, 13)))
            .sum();
        let delta = delta_of(T * B * 3);
        let want = derivative(delta, |delta| {
            (0..T * B * 3).for_each(|at| case.ws.features[at] += delta * random(at, 13));
            objective(&mut case)
        });
        assert!((got - want).abs() <= 10.0 * tolerance(delta), "{cell:?}: {got}, {want}");
    }
}

#[test]
fn accumulating_adds() {
    let mut case = Case::new(Config { cell: CellKind::Lstm, layers: 2, ..CONFIG }, false, CLASSES, LENGTHS);
    let once = case.gradients(false);
    case.gradients(true);
    let twice = case.gradients(true);
    for (once, thrice) in once.iter().zip(twice) {
        // Each element is a sum of dozens of terms below 0.1, which cancel: 40 roundings of 0.1·2⁻²⁵ are 1.2e-7.
        assert!((3.0 * once - thrice).abs() <= 1e-6 * once.abs() + 1.2e-7, "{once} {thrice}");
    }
    assert_eq!(case.gradients(false), once);
}

/// The reverse direction on row b, from the row's own end, equals a forward direction on the reversed row.
#[test]
fn the_second_direction_walks_each_row_from_its_end() {
    for cell in CELLS {
        let mut both = Case::new(Config { cell, bidirectional: true, ..CONFIG }, false, CLASSES, LENGTHS);
        let mut one = Case::new(Config { cell, ..CONFIG }, false, CLASSES, LENGTHS);
        both.loss();
        // The parameters of the reverse direction come fourth or fifth and have the same sizes as those of the first.
        let reverse = both.network.table.get(both.network.directions[1].w_ih).range.start;
        let len = both
            .network
            .range(both.network.directions[1].b_hn.map_or(both.network.directions[1].b_h, |b| b.0))
            .end;
        one.network.theta[..len - reverse].copy_from_slice(&both.network.theta[reverse..len]);
        for (b, &length) in LENGTHS.iter().enumerate() {
            for t in 0..length as usize {
                one.ws.ids[t * B + b] = both.ws.ids[(length as usize - 1 - t) * B + b];
            }
        }
        let part = B * 5;
        one.ws.initial_state.h[..part].copy_from_slice(&both.ws.initial_state.h[part..2 * part]);
        if cell == CellKind::Lstm {
            one.ws.initial_state.c[..part].copy_from_slice(&both.ws.initial_state.c[part..2 * part]);
        }
        one.loss();
        let slab = B * 8;
        for (b, &length) in LENGTHS.iter().enumerate() {
            for t in 0..length as usize {
                let got = &both.ws.activations[1].h[first_output(true, slab) + (t * B + b) * 8..][..5];
                let mirrored = length as usize - 1 - t;
                let want =
                    &one.ws.activations[0].h[first_output(false, slab) + (mirrored * B + b) * 8..][..5];
                assert_eq!(got, want, "{cell:?} row {b} step {t}");
            }
        }
        assert_eq!(both.ws.final_state.h[part..2 * part], one.ws.final_state.h[..part]);
    }
}

#[test]
fn a_session_walks_as_the_whole_pass_does() {
    for cell in CELLS {
        for dense in [false, true] {
            let mut case = Case::new(Config { cell, layers: 2, ..CONFIG }, dense, CLASSES, [T as i32; B]);
            case.loss();
            let mut session = Session::new(&mut case.network, B, dense).unwrap();
            let states = 2 * B * 5;
            session.ws.initial_state.h[..states].copy_from_slice(&case.ws.initial_state.h[..states]);
            if cell == CellKind::Lstm {
                session.ws.initial_state.c[..states].copy_from_slice(&case.ws.initial_state.c[..states]);
            }
            for t in 0..T {
                if dense {
                    session.ws.features[..B * 3].copy_from_slice(&case.ws.features[t * B * 3..][..B * 3]);
                } else {
                    session.ws.ids[..B].copy_from_slice(&case.ws.ids[t * B..][..B]);
                }
                session.step(&mut case.network);
                assert_eq!(session.ws.logits[..B * 8], case.ws.logits[t * B * 8..][..B * 8], "{cell:?} {t}");
            }
            assert_eq!(session.ws.initial_state.h[..states], case.ws.final_state.h[..states]);
        }
    }
}

#[test]
fn dropout_depends_on_the_training_pass() {
    let config = Config { layers: 2, dropout: 0.5, ..CONFIG };
    let mut case = Case::new(config, false, CLASSES, LENGTHS);
    let mut at = |pass| {
        case.dropout_pass = pass;
        case.loss()
    };
    let [one, two, none] = [at(Some(1)), at(Some(2)), at(None)];
    assert!(one != two && one != none && two != none);
    assert_eq!([one, none], [at(Some(1)), at(None)]);
}

#[test]
fn nan_passes_through_every_cell() {
    for cell in CELLS {
        let config = Config { cell, layers: 2, bidirectional: true, ..CONFIG };
        let mut case = Case::new(config, true, SQUARES, [T as i32; B]);
        case.ws.features[0] = f32::NAN;
        assert!(case.loss().is_nan());
        assert!(case.gradients(false).iter().any(|g| g.is_nan()));
        assert!(case.ws.final_state.h[..B * 5].iter().any(|x| x.is_nan()), "{cell:?}");
        // The next pass is not affected.
        case.ws.features[0] = 0.0;
        let again = case.gradients(false);
        let mut fresh = Case::new(config, true, SQUARES, [T as i32; B]);
        fresh.ws.features[0] = 0.0;
        assert_eq!(again, fresh.gradients(false));
    }
}

#[test]
fn a_forget_bias_is_the_start_of_b_f() {
    let config = Config { cell: CellKind::Lstm, init: Init::GlorotUniform, forget_bias: 2.5, ..CONFIG };
    let network = Network::new(config).unwrap();
    let b_h = &network.theta[network.range(network.directions[0].b_h)];
    assert!((0..20).all(|i| b_h[i] == if (5..10).contains(&i) { 2.5 } else { 0.0 }));
}
