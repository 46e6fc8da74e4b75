/**
 * The equations of a cell, of the output layer, of the loss and of back-propagation. Each term highlights its
 * part of the picture.
 */

import type { ComponentChildren } from "preact";
import { useHighlight } from "./highlight.js";
import { Term } from "./term.js";
import type { CellName } from "./settings.js";
import "./equations.css";

const X = <Term part="x" of="x" sub="t" says="the input at step t, one-hot" />;
const H = <Term part="h" of="h" sub="t" says="the hidden state after step t" />;
const BEFORE = <Term part="h_prev" of="h" sub="t−1" says="the hidden state of the step before" />;
const C = <Term part="c" of="c" sub="t" says="the cell state after step t" />;
const C_BEFORE = <Term part="c" of="c" sub="t−1" says="the cell state of the step before" />;
const THETA = <Term part="theta" of="θ" says="all weights and biases" />;
const GATES: Record<string, string> = {
  r: "the reset gate",
  z: "the update gate",
  n: "the candidate for the new state",
  i: "the input gate",
  f: "the forget gate",
  g: "the candidate for the cell state",
  o: "the output gate",
};

/** The weights or the bias of the state, or the columns of one gate. */
const weight = (kind: "i" | "h", gate?: string) => {
  const name = kind === "i" ? "W_ih" : "W_hh";
  const from = kind === "i" ? "the input" : "the state before";
  const part = gate ? `${name}.${gate}` : name;
  const to = gate ? (GATES[gate] ?? "") : "the hidden state";
  return <Term part={part} of="W" sub={`${kind}h`} gate={gate} says={`the weights from ${from} to ${to}`} />;
};
const bias = (gate?: string) => (
  <Term
    part={gate ? `b_h.${gate}` : "b_h"}
    of="b"
    sub="h"
    gate={gate}
    says={`the bias${gate ? ` of ${GATES[gate]}` : ""}`}
  />
);
const gate = (name: string) => (
  <Term part={`gate.${name}`} of={name} sub="t" says={`${GATES[name]} at step t`} />
);

/** The sum x_t·W_ih + h_{t−1}·W_hh + b_h of one gate. */
const sum = (name?: string) => (
  <>
    {X} {weight("i", name)} + {BEFORE} {weight("h", name)} + {bias(name)}
  </>
);

function Line({ left, children }: { left: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="equation">
      <span>{left}</span>
      <span>=</span>
      <span>{children}</span>
    </div>
  );
}

interface EquationsProps {
  cell: CellName;
  /** True if there is an output layer. */
  output: boolean;
  /** True if the logits are limited to −1 … 1, so that the lowest possible loss is above 0. */
  bounded: boolean;
}

const STATE: Record<CellName, ComponentChildren> = {
  tanh: <Line left={H}>tanh( {sum()} )</Line>,
  relu: <Line left={H}>max( 0, {sum()} )</Line>,
  gru: (
    <>
      <Line left={gate("r")}>σ( {sum("r")} )</Line>
      <Line left={gate("z")}>σ( {sum("z")} )</Line>
      <Line left={gate("n")}>
        tanh( {X} {weight("i", "n")} + {bias("n")} + {gate("r")} ⊙ ({BEFORE} {weight("h", "n")} +{" "}
        <Term part="b_hn" of="b" sub="hn" says="the bias inside the reset" />) )
      </Line>
      <Line left={H}>
        (1 − {gate("z")}) ⊙ {gate("n")} + {gate("z")} ⊙ {BEFORE}
      </Line>
    </>
  ),
  lstm: (
    <>
      <Line left={gate("i")}>σ( {sum("i")} )</Line>
      <Line left={gate("f")}>σ( {sum("f")} )</Line>
      <Line left={gate("g")}>tanh( {sum("g")} )</Line>
      <Line left={gate("o")}>σ( {sum("o")} )</Line>
      <Line left={C}>
        {gate("f")} ⊙ {C_BEFORE} + {gate("i")} ⊙ {gate("g")}
      </Line>
      <Line left={H}>
        {gate("o")} ⊙ tanh( {C} )
      </Line>
    </>
  ),
};

export function Equations({ cell, output, bounded }: EquationsProps) {
  const { explained } = useHighlight();
  const logits = <Term part="logits" of="y" sub="t" says="the logits at step t" />;
  const p = <Term part="p" of="p" sub="t" says="the probabilities of the next letter" />;
  const flow = (sub: string) => (
    <Term part="grad" of="∂L/∂h" sub={sub} says="the gradient of the loss with respect to the hidden state" />
  );
  return (
    <>
      <p class="note">
        {explained
          ? `${explained[0]!.toUpperCase()}${explained.slice(1)}.`
          : "Hover or tap a symbol. Escape releases one that was tapped."}
      </p>
      <div class="equations">
        <section>
          <h4>The state after each letter</h4>
          {STATE[cell]}
        </section>
        <section>
          <h4>The prediction</h4>
          <Line left={logits}>
            {output ? (
              <>
                {H} <Term part="W_ho" of="W" sub="ho" says="the weights of the output layer" /> +{" "}
                <Term part="b_o" of="b" sub="o" says="the bias of the output layer" />
              </>
            ) : (
              H
            )}
          </Line>
          <Line left={p}>softmax( {logits} )</Line>
        </section>
        <section>
          <h4>Loss (cross-entropy)</h4>
          <Line left={<Term part="loss" of="L" says="the loss: the mean over the steps" />}>
            −<span class="mean">mean</span>
            <sub>t</sub> ln {p}[ <Term part="target" of="target" sub="t" says="the letter that should come" />{" "}
            ]
          </Line>
          {bounded && (
            <p class="note">
              Without an output layer the logits are the states and lie between −1 and 1: even the best
              prediction leaves some doubt, and the loss has a lowest value above 0.
            </p>
          )}
        </section>
        <section>
          <h4>Back through time</h4>
          <Line left={flow("t−1")}>
            {flow("t")} · ∂{H}/∂{BEFORE} +{" "}
            <span class="together">
              ∂L<sub>t−1</sub>/∂{BEFORE}
            </span>
          </Line>
        </section>
        <section>
          <h4>One training step (Adam)</h4>
          <div class="equation">
            <span>{THETA}</span>
            <span>←</span>
            <span>
              {THETA} − η <i>m</i> / (√<i>v</i> + ε)
            </span>
          </div>
          <p class="note">
            θ: all weights and biases; η: the learning rate; m, v: running means of the gradient and of its
            square, with bias correction.
          </p>
        </section>
      </div>
    </>
  );
}
