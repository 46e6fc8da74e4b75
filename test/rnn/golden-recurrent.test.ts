/**
 * The recurrent layers through the public API against four libraries in float32: TensorFlow 1.15.5's dynamic_rnn and
 * cells, PyTorch 2.5.1's nn.RNN, nn.GRU and nn.LSTM, Keras 2.15.0's layers; with initial states and unequal lengths.
 * The gradients are those of Σ outputs·r + Σ state·r + Σ cell·r, handed to `backward`.
 */
import { describe, expect, it } from "vitest";
import { directionsOf, stacksOf } from "../reference/rnn.js";
import { expectAllClose, expectClose } from "../support/compare.js";
import { f32, mapArrays } from "../support/golden.js";
import { GOLDEN_CELLS } from "../support/golden-cells.js";
import { dense, expectState, numbersOf, partsOf, toInputs, toState, withRnn } from "../support/library.js";
import { GRADIENT, STATE } from "../support/tolerance.js";

it("has 27 cases, eight of them with lengths", () => {
  expect(GOLDEN_CELLS).toHaveLength(27);
  expect(GOLDEN_CELLS.filter(({ sequences }) => sequences.sequenceLengths)).toHaveLength(8);
});

describe.each(GOLDEN_CELLS)("$name", ({ net, sequences, r, float32: want }) => {
  const { B, T, sequenceLengths } = sequences;
  const { I, H } = net;
  const [D, S] = [directionsOf(net), stacksOf(net)];
  const given = toInputs(sequences, net);
  const stateGradient = toState(net, B, f32(r.state), r.cell && f32(r.cell));

  it("outputs and final state", () => {
    withRnn(net, (rnn) => {
      const { outputs, logits, state } = rnn.forward(given);
      expect(outputs.shape).toEqual([B, T, D * H]);
      for (const part of "h" in state ? [state.h, state.c] : [state]) expect(part.shape).toEqual([S, B, H]);
      expect(logits).toEqual(outputs);
      expectClose("outputs", outputs.data, f32(want.outputs), STATE);
      expectState("state", state, f32(want.state), want.cell && f32(want.cell), net, STATE);
    });
  });

  it("is exact past a length: outputs 0, a last layer's state its last output, an empty row's the initial one", () => {
    withRnn(net, (rnn) => {
      const { outputs, state } = rnn.forward(given);
      const { h } = partsOf(state);
      const h0 = Float32Array.from(sequences.initialState!);
      for (let b = 0; b < B; b++) {
        const length = sequenceLengths ? sequenceLengths[b]! : T;
        const past = outputs.data.subarray((b * T + length) * D * H, (b + 1) * T * D * H);
        expect([...past]).toEqual(Array((T - length) * D * H).fill(0));
        for (let d = 0; d < D; d++) {
          const own = ((S - D + d) * B + b) * H;
          const end = (b * T + (d === 0 ? length - 1 : 0)) * D * H + d * H;
          const last = length === 0 ? h0.slice(own, own + H) : outputs.data.slice(end, end + H);
          expect(h.slice(own, own + H)).toEqual(last);
        }
      }
    });
  });

  it("every gradient", () => {
    withRnn(net, (rnn) => {
      const outputsGradient = dense(f32(r.outputs), [B, T, D * H]);
      const got = rnn.backward({ ...given, outputsGradient, stateGradient });
      const { gradients, inputsGradient, initialStateGradient } = got;
      expect(inputsGradient?.shape).toEqual([B, T, I]);
      expectAllClose("gradients", numbersOf(gradients), mapArrays(want.gradients, f32), GRADIENT);
      expectClose("inputs", inputsGradient!.data, f32(want.inputsGradient), GRADIENT);
      const { initialStateGradient: h, initialCellGradient: c } = want;
      expectState("initial state", initialStateGradient, f32(h), c && f32(c), net, GRADIENT);
    });
  });

  it("gives the same when the outputs' gradient comes as the logits'", () => {
    withRnn(net, (rnn) => {
      const rest = { ...given, stateGradient };
      const gradient = dense(f32(r.outputs), [B, T, D * H]);
      const asLogits = rnn.backward({ ...rest, logitsGradient: gradient });
      expect(asLogits).toEqual(rnn.backward({ ...rest, outputsGradient: gradient }));
    });
  });
});
