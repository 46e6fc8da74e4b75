/**
 * The recurrent layer through the public API against two libraries in float32: TensorFlow 1.15.5's dynamic_rnn and
 * PyTorch 2.5.1's nn.RNN, with initial states and unequal lengths. The gradients are those of
 * Σ outputs·r_outputs + Σ state·r_state, handed to `backward` as outputsGradient and stateGradient.
 */
import { describe, expect, it } from "vitest";
import tfDynamicRnn from "./golden/tf_dynamic_rnn.json";
import torchCells from "./golden/torch_cells.json";
import type { Net } from "./reference/rnn.js";
import { expectAllClose, expectClose } from "./support/compare.js";
import {
  f32,
  f32AsF64,
  fromTensorFlow,
  fromTorch,
  mapArrays,
  splitKernel,
  type DynamicRnnCase,
  type GoldenArray,
  type TorchCellCase,
} from "./support/golden.js";
import { dense, numbersOf, withRnn } from "./support/library.js";
import { GRADIENT, STATE } from "./support/tolerance.js";

interface Case {
  readonly name: string;
  readonly net: Net;
  readonly lengths: readonly number[] | null;
  readonly inputs: GoldenArray; // (B, T, I)
  readonly initialState: GoldenArray; // (B, H) or (1, B, H)
  readonly rOutputs: GoldenArray; // (B, T, H)
  readonly rState: GoldenArray; // like initialState
  readonly want: {
    readonly outputs: GoldenArray;
    readonly state: GoldenArray;
    readonly gradients: Record<string, GoldenArray>;
    readonly inputsGradient: GoldenArray;
    readonly initialStateGradient: GoldenArray;
  };
}

const tensorflow = (tfDynamicRnn.cases as unknown as DynamicRnnCase[]).map((c): Case => {
  const gradients = splitKernel(c.gradients, c.I);
  return {
    name: `dynamic_rnn, ${c.name}`,
    net: { I: c.I, H: c.H, V: 0, parameters: mapArrays(fromTensorFlow(c.weights), f32AsF64) },
    lengths: c.sequence_length,
    inputs: c.inputs,
    initialState: c.initial_state,
    rOutputs: c.r_outputs,
    rState: c.r_state,
    want: {
      outputs: c.outputs,
      state: c.state,
      gradients: fromTensorFlow(gradients),
      inputsGradient: gradients["inputs"]!,
      initialStateGradient: gradients["initial_state"]!,
    },
  };
});

const torch = (torchCells.cases as unknown as TorchCellCase[]).map((c): Case => ({
  name: `nn.RNN, ${c.name}`,
  net: { I: c.I, H: c.H, V: 0, parameters: mapArrays(fromTorch(c.state_dict, "weights"), f32AsF64) },
  lengths: c.lengths,
  inputs: c.inputs,
  initialState: c.h0,
  rOutputs: c.r_outputs,
  rState: c.r_hn,
  want: {
    outputs: c.outputs,
    state: c.hn,
    gradients: fromTorch(c.gradients, "gradients"),
    inputsGradient: c.gradients["inputs"]!,
    initialStateGradient: c.gradients["h0"]!,
  },
}));

const CASES = [...tensorflow, ...torch];

it("has four cases of TensorFlow and two of PyTorch, half of them with lengths", () => {
  expect([tensorflow.length, torch.length]).toEqual([4, 2]);
  expect(CASES.filter(({ lengths }) => lengths)).toHaveLength(3);
});

describe.each(CASES)("$name", ({ net, lengths, inputs, initialState, rOutputs, rState, want }) => {
  const [B, T] = inputs.shape as [number, number, number];
  const { I, H } = net;
  const stateShape = [1, B, H];
  const given = {
    inputs: dense(inputs.data, [B, T, I]),
    initialState: dense(initialState.data, stateShape),
    ...(lengths && { sequenceLengths: lengths }),
  };

  it("outputs and final state", () => {
    withRnn(net, (rnn) => {
      const { outputs, logits, state } = rnn.forward(given);
      expect(outputs.shape).toEqual([B, T, H]);
      expect(state.shape).toEqual(stateShape);
      expect(logits).toEqual(outputs);
      expectClose("outputs", outputs.data, f32(want.outputs), STATE);
      expectClose("state", state.data, f32(want.state), STATE);
    });
  });

  it("is exact past a length: outputs 0, an empty row's state the initial one", () => {
    withRnn(net, (rnn) => {
      const { outputs, state } = rnn.forward(given);
      const h0 = given.initialState.data;
      for (let b = 0; b < B; b++) {
        const length = lengths ? lengths[b]! : T;
        const past = outputs.data.subarray((b * T + length) * H, (b + 1) * T * H);
        expect([...past]).toEqual(Array((T - length) * H).fill(0));
        const last = length === 0 ? h0.subarray(b * H) : outputs.data.subarray((b * T + length - 1) * H);
        expect(state.data.slice(b * H, (b + 1) * H)).toEqual(last.slice(0, H));
      }
    });
  });

  it("every gradient", () => {
    withRnn(net, (rnn) => {
      const { gradients, inputsGradient, initialStateGradient } = rnn.backward({
        ...given,
        outputsGradient: dense(rOutputs.data, [B, T, H]),
        stateGradient: dense(rState.data, stateShape),
      });
      expect(initialStateGradient.shape).toEqual(stateShape);
      expect(inputsGradient?.shape).toEqual([B, T, I]);
      expectAllClose("gradients", numbersOf(gradients), mapArrays(want.gradients, f32), GRADIENT);
      expectClose("inputs", inputsGradient!.data, f32(want.inputsGradient), GRADIENT);
      expectClose("initial state", initialStateGradient.data, f32(want.initialStateGradient), GRADIENT);
    });
  });

  it("gives the same when the outputs' gradient comes as the logits'", () => {
    withRnn(net, (rnn) => {
      const rest = { ...given, stateGradient: dense(rState.data, stateShape) };
      const gradient = dense(rOutputs.data, [B, T, H]);
      const asLogits = rnn.backward({ ...rest, logitsGradient: gradient });
      expect(asLogits).toEqual(rnn.backward({ ...rest, outputsGradient: gradient }));
    });
  });
});
