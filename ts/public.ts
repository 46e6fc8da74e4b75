/** The names that the entries "bptt", "bptt/slim" and "bptt/relaxed" export. */

export { Adam, type AdamOptions } from "./optim/adam.js";
export type {
  AbsoluteErrorBatch,
  Batch,
  BinaryBatch,
  ClassBatch,
  QuantileBatch,
  RegressionBatch,
  SequenceInputs,
} from "./data/batch.js";
export { CharRnn, type CharRnnLoadOptions, type CharRnnSaveOptions } from "./models/text/char-rnn.js";
export { BpttError, type BpttErrorDetails, type CheckError, type ErrorCode } from "./base/errors.js";
export { fit } from "./worker/fit.js";
export type { LoadOptions } from "./file/find-module.js";
export type { LossFlags } from "./data/loss-flags.js";
export { oneHot } from "./data/one-hot.js";
export type { Optimizer } from "./optim/optimizer.js";
export type { OptimizerSnapshot } from "./rnn/optimizer-state.js";
export type { ParameterValues } from "./data/parameters.js";
export type { Cell, RnnOptions } from "./data/rnn-options.js";
export type {
  AbsoluteErrorEvaluation,
  AnyEvaluation,
  BackwardInputs,
  BackwardResult,
  ClipOptions,
  EvaluateOptions,
  Evaluation,
  ForwardOptions,
  ForwardResult,
  ForwardTrace,
  GradientsOptions,
  GradientsResult,
  QuantileEvaluation,
  RegressionEvaluation,
  SaveOptions,
  Trace,
  TrainStepOptions,
  TrainStepResult,
} from "./rnn/rnn-types.js";
export { Rnn } from "./rnn/rnn.js";
export type { FitOptions, RunCheckpoint } from "./fit/fit-options.js";
export type { OwnStepResult, StepSettings } from "./fit/trainer.js";
export type { AbortSignalLike } from "./fit/control.js";
export type { BatchIterable, Batches } from "./fit/batch-iterator.js";
export type { Report } from "./fit/reports.js";
export type { Divergence, RunResult } from "./fit/run-result.js";
export type { RunWarning } from "./fit/warnings.js";
export type { BestWeights, LastStep, RunState, Stopped, ValidationLoss } from "./fit/run-state.js";
export type { Run } from "./fit/run.js";
export { RmsProp, type RmsPropOptions } from "./optim/rms-prop.js";
export { sample, type SampledIds, type SampleOptions } from "./data/sample.js";
export {
  constant,
  cosine,
  learningRateAt,
  linear,
  stepDecay,
  warmup,
  type ConstantSchedule,
  type CosineOptions,
  type CosineSchedule,
  type LinearOptions,
  type LinearSchedule,
  type PlainSchedule,
  type Schedule,
  type StepDecayOptions,
  type StepDecaySchedule,
  type WarmupSchedule,
} from "./optim/schedule.js";
export type { SequenceLengths } from "./data/row-lengths.js";
export type { Bytes } from "./base/typed-array.js";
export { Sgd, type SgdOptions } from "./optim/sgd.js";
export { sequenceLoss, type SequenceLossOptions } from "./data/sequence-loss.js";
export type { Session, SessionOptions } from "./rnn/session.js";
export type { LstmState, State, StateInput } from "./data/state.js";
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
} from "./base/tensor.js";
export {
  SequenceClassifier,
  type Classification,
  type LabelledSequence,
  type SequenceClassifierOptions,
  type SequenceInput,
} from "./models/labels/sequence-classifier.js";
export {
  SequenceTagger,
  type SequenceTaggerOptions,
  type Tag,
  type TaggedSequence,
} from "./models/labels/sequence-tagger.js";
export type { LiveTag, TaggerStream } from "./models/labels/tagger-stream.js";
export type { ClassifierStream, LiveClassification, TimeStep } from "./models/labels/classifier-stream.js";
export type {
  Augmentation,
  ClassWeights,
  LabelFitOptions,
  LabelRunSettings,
} from "./models/labels/fit-options.js";
export type { FeatureScale } from "./models/labels/feature-reader.js";
export type { LabelInspection } from "./models/labels/inspect.js";
export type { LabelLoadOptions, LabelSaveOptions } from "./models/labels/label-network.js";
export type { LabelEvaluation, LabelMetrics } from "./models/labels/metrics.js";
export type { LabelProbability } from "./models/labels/probabilities.js";
export type { Readout } from "./models/labels/readout.js";
export type { LabelStreamOptions } from "./models/labels/stream-options.js";
export type { CharRnnOptions } from "./models/text/char-rnn-options.js";
export type { Text, TextKind } from "./models/text/codec.js";
export type { EvaluationProgress, TextEvaluateOptions, TextEvaluation } from "./models/text/evaluate.js";
export type { ModelFitOptions, ModelRunSettings, ResumeOptions } from "./models/shared/fit-options.js";
export type { ModelSaveOptions } from "./models/shared/runs.js";
export type { RunSettings, TextFitOptions } from "./models/text/fit-options.js";
export type { NextToken } from "./models/text/generate.js";
export type { GenerateOptions, StreamOptions } from "./models/text/generate-options.js";
export type { Inspection } from "./models/text/inspect.js";
export type { LastRun } from "./models/shared/last-run.js";
export type { TokenFunctions, TokenRule, TokenRuleName } from "./models/text/tokens.js";
export type { BacktestOptions } from "./models/series/backtest.js";
export { drift, naive, seasonalNaive } from "./models/series/baselines.js";
export type { ForecasterFitOptions, ForecasterRunSettings } from "./models/series/fit-options.js";
export type { Forecast, ForecastQuantile } from "./models/series/forecast.js";
export {
  Forecaster,
  type ForecasterResult,
  type ForecasterSaveOptions,
  type SeriesInspection,
} from "./models/series/forecaster.js";
export type {
  CalibrateOptions,
  ForecastOptions,
  ForecastStreamOptions,
} from "./models/series/forecaster-options.js";
export type { ForecasterOptions } from "./models/series/spec.js";
export type { ForecastStream, LiveForecast, PushOptions, Surprise } from "./models/series/stream.js";
export type {
  Covariates,
  CovariateValue,
  OneSeries,
  SeriesColumns,
  SeriesData,
  SeriesInput,
  SeriesTable,
} from "./models/series/raw-series.js";
export type { BandCoverage, ForecastErrors, ForecastReport, StepErrors } from "./models/series/report.js";
export type { TimeValue } from "./models/series/times.js";
export { coverage, mase, pinball, smape } from "./models/series/metrics.js";
export type { SeriesValues } from "./models/series/values.js";
export { Vocabulary, type VocabularyOptions } from "./data/vocabulary.js";
export type { WorkerLike } from "./worker/worker-like.js";
export type { RunsInWorker } from "./worker/worker-options.js";
export { init, type CompiledModule, type ResponseLike, type WasmSource } from "./wasm/load-given.js";
