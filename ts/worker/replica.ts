/** A replica of the network of a run, which computes shards in a separate worker. */

import { computeShards } from "../fit/shard-pool.js";
import { LOCK, type LockedNetwork } from "../rnn/locked-network.js";
import type { Optimizer } from "../optim/optimizer.js";
import { Rnn } from "../rnn/rnn.js";
import { instantiate } from "../wasm/core.js";
import { portable } from "./portable-error.js";
import type { FromReplica, Replicate, ToReplica } from "./protocol.js";

/** Serves the port of a run until the worker ends. */
export function replicate(start: Replicate): void {
  const { port } = start;
  const post = (message: FromReplica, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      post({ error: portable(error) });
    }
  };
  guarded(() => {
    const { network, optimizer } = buildReplica(start);
    port.onmessage = ({ data }) => {
      guarded(() => {
        const message = data as ToReplica;
        if ("shards" in message) {
          const result = computeShards(network, message.shards, message.leaves);
          post(
            result,
            result.nodes.map(({ sum }) => sum.buffer),
          );
        } else if ("weights" in message) {
          network.writeWeights(message.weights);
        } else {
          optimizer.learningRate = message.learningRate;
          network.applyWhole(message.gradients, optimizer, start.clipNorm);
        }
      });
    };
  });
}

function buildReplica({ module, network: options, frozen, weights, optimizer }: Replicate): {
  network: LockedNetwork;
  optimizer: Optimizer;
} {
  instantiate(module);
  const rnn = new Rnn(options);
  rnn.freeze(frozen);
  const network = rnn[LOCK]();
  network.writeWeights(weights);
  return { network, optimizer: network.restoreOptimizer(optimizer, undefined, "optimizer") };
}
