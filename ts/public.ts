/** What every entry exports. */

export { Adam, type AdamOptions } from "./adam.js";
export type { Batch, ClassBatch, RegressionBatch, SequenceInputs } from "./batch.js";
export { CharRnn, type CharRnnLoadOptions, type CharRnnSaveOptions } from "./char-rnn.js";
export { BpttError, type ErrorCode } from "./errors.js";
export { fit } from "./fit.js";
export type { LoadOptions } from "./find-module.js";
export type { LossFlags } from "./loss-flags.js";
export { oneHot } from "./one-hot.js";
export type { Optimizer } from "./optimizer.js";
export type { OptimizerSnapshot } from "./optimizer-state.js";
export type { ParameterValues } from "./parameters.js";
export type { Cell, RnnOptions } from "./rnn-options.js";
export type {
  BackwardInputs,
  BackwardResult,
  ClipOptions,
  Evaluation,
  ForwardResult,
  GradientsOptions,
  GradientsResult,
  RegressionEvaluation,
  SaveOptions,
  Trace,
  TrainStepOptions,
  TrainStepResult,
} from "./rnn-types.js";
export { Rnn } from "./rnn.js";
export type { FitOptions, RunCheckpoint } from "./run/fit-options.js";
export type { OwnStepResult, StepSettings } from "./run/trainee.js";
export type { AbortSignalLike } from "./run/control.js";
export type { BatchIterable, Batches } from "./run/pass.js";
export type { Report } from "./run/reports.js";
export type { Divergence, RunResult } from "./run/run-result.js";
export type { BestWeights, LastStep, RunState, Stopped, ValidationLoss } from "./run/run-state.js";
export type { Run } from "./run/run.js";
export { RmsProp, type RmsPropOptions } from "./rms-prop.js";
export { sample, type SampleOptions } from "./sample.js";
export {
  constant,
  cosine,
  learningRateAt,
  linear,
  stepDecay,
  warmup,
  type ConstantSchedule,
  type CosineSchedule,
  type LinearSchedule,
  type PlainSchedule,
  type Schedule,
  type StepDecaySchedule,
  type WarmupSchedule,
} from "./schedule.js";
export { Sgd, type SgdOptions } from "./sgd.js";
export { sequenceLoss, type SequenceLossOptions } from "./sequence-loss.js";
export type { Session, SessionOptions } from "./session.js";
export type { LstmState, State, StateInput } from "./state.js";
export {
  tensor,
  type FlatTensor,
  type FloatArray,
  type IdRow,
  type Ids2,
  type IntegerArray,
  type NumberRow,
  type Numbers1,
  type Numbers2,
  type Numbers3,
  type Tensor,
} from "./tensor.js";
export type { CharRnnOptions } from "./text/char-rnn-options.js";
export type { Text, TextKind } from "./text/codec.js";
export type { TextEvaluation } from "./text/evaluate.js";
export type { ResumeOptions, RunSettings, TextFitOptions } from "./text/fit-options.js";
export type { NextToken } from "./text/generate.js";
export type { GenerateOptions, StreamOptions } from "./text/generate-options.js";
export type { Inspection } from "./text/inspect.js";
export type { LastRun } from "./text/last-run.js";
export type { TokenRule, TokenRuleName } from "./text/tokens.js";
export { Vocabulary, type VocabularyOptions } from "./vocabulary.js";
export type { WorkerLike } from "./worker/worker-like.js";
export type { RunsInWorker } from "./worker/worker-options.js";
export { init, type CompiledModule, type ResponseLike, type WasmSource } from "./wasm/load-given.js";
