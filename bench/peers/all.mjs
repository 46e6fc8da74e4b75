// The peers in the order of the report. The others are compared with the first one.

import { bptt, bpttRelaxed } from "./bptt.mjs";
import { brainJs } from "./brain.mjs";
import { jaxJs } from "./jax.mjs";
import { pureJavaScript } from "./pure-js.mjs";
import { pytorch } from "./pytorch.mjs";
import { tfjsCpu, tfjsWasm } from "./tfjs.mjs";

/** @type {import("./peer.mjs").Peer[]} */
export const peers = [bptt, bpttRelaxed, pureJavaScript, tfjsWasm, tfjsCpu, jaxJs, brainJs, pytorch];
