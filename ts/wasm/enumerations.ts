/**
 * The enumerations of the core, which Rust defines (crate/src/wasm/enumerations.rs). A new or misspelt name does not compile, and the
 * bundle contains only their numbers (tsup.config.ts).
 */

export {
  RawAdamArgument,
  RawAxis,
  RawBuffer,
  RawCell,
  RawCost,
  RawDirectionBuffer,
  RawDrawArgument,
  RawEpsilonMode,
  RawFailure,
  RawInit,
  RawNetworkArgument,
  RawParameterProperty,
  RawRecurrentInit,
  RawReduction,
  RawRmsPropArgument,
  RawRole,
  RawSamplerBuffer,
  RawSequenceLossBuffer,
  RawSgdArgument,
} from "../../crate/pkg/bptt.js";
