/**
 * The engine of a run: a state machine that does one piece of work after another (training on a batch,
 * validating a batch, ending an epoch). Between two pieces it acts on its control and the time limit, and
 * yields to the event loop.
 *
 *     start ──► working ⇄ waiting (for an asynchronous batch)
 *               working ⇄ paused
 *               any of them ──► ended
 *
 * The state changes in one assignment at the end of a piece of work, so it is consistent between any two
 * pieces. Only there is a run saved, paused or ended. The next piece of work follows from the state alone
 * (plan.ts). The clock decides only how many pieces fit into a slice, and the time limit.
 */

import { BpttError, rangeError } from "../base/errors.js";
import type { Batch } from "../data/batch.js";
import type { Control } from "./control.js";
import type { EventLoop } from "./event-loop.js";
import { Throughput } from "./throughput.js";
import { isPromise, BatchIterator, REPEATABLE, type Batches, type Pulled } from "./batch-iterator.js";
import { isDone, isMultiple, isStale, shouldValidate } from "./plan.js";
import { Progress, settle, type Listening } from "./progress.js";
import { endRun, type Divergence, type RunResult } from "./run-result.js";
import {
  afterEpoch,
  afterStep,
  afterValidation,
  isUnfinished,
  type RunState,
  type Stopped,
} from "./run-state.js";
import { Slices } from "./slices.js";
import type { StepOutcome, Trainer } from "./trainer.js";
import { Validation } from "./validation.js";

/** The collaborators of an engine. */
export interface Work extends Listening {
  readonly trainer: Pick<Trainer, keyof Trainer>;
  readonly batches: Batches;
  readonly validation: Batches | undefined;
  /** Number of steps after which the run pauses, each time. */
  readonly pauseEvery: number | undefined;
  readonly eventLoop: EventLoop;
}

/** The callbacks of a promise, of which one is called, once. */
export interface EndCallbacks {
  resolve(result: RunResult): void;
  reject(reason: unknown): void;
}

/** The state machine of a run. */
export class Engine {
  readonly #work: Work;
  readonly #control: Control;
  readonly #ending: EndCallbacks;
  readonly #throughput: Throughput;
  readonly #progress: Progress;
  readonly #slices: Slices;
  #state: RunState;
  #iterator: BatchIterator | undefined; // of the current epoch
  #validation: Validation | undefined; // the validation under way
  #arrived: { pulled: Pulled } | undefined; // an asynchronous batch that has arrived but was not processed yet
  #inside = false; // true during a piece of work
  #waiting = false;
  #stepping: PromiseLike<void> | undefined; // a step that other threads take part in
  #ended = false;
  #asked: (() => void)[] = []; // answers to give between two pieces of work

  constructor(work: Work, state: RunState, control: Control, ending: EndCallbacks) {
    this.#work = work;
    this.#state = state;
    this.#control = control;
    this.#ending = ending;
    this.#throughput = new Throughput(() => work.eventLoop.now());
    this.#progress = new Progress(work, this.#throughput, (reason) => this.#fail(reason));
    this.#slices = new Slices(work.eventLoop);
  }

  /** Starts with the next macrotask. */
  start(): void {
    this.#slices.schedule(this.#go);
  }

  /** Acts on a change of control: at once between two pieces of work, otherwise after the current one. */
  heed(): void {
    if (this.#inside || this.#ended) return;
    if (this.#control.end) this.#finish(this.#control.end);
    else if (this.#control.paused) this.#rest();
    else if (!this.#waiting) this.#slices.schedule(this.#go);
  }

  /** Calls `answer` between two pieces of work: at once, or after the current piece. */
  between(answer: () => void): void {
    if (this.#inside) this.#asked.push(answer);
    else answer();
  }

  /** The state of the run. It is consistent between two pieces of work. */
  get state(): RunState {
    const state = this.#state;
    return this.#ended ? state : { ...state, carried: this.#work.trainer.carried(state) };
  }

  /** Works until the slice is over, a batch has to be awaited, or the run pauses or ends. */
  readonly #go = (): void => {
    while (!this.#ended) {
      if (this.#control.end) return this.#finish(this.#control.end);
      if (this.#control.paused) return this.#rest();
      this.#work.trainer.resume();
      this.#throughput.start();
      if (this.#timeIsUp()) return this.#finish("timeLimit");
      if (this.#hasNoClock()) return this.#fail(noClock());
      if (this.#slices.isOver) return this.#slices.schedule(this.#go);
      this.#slices.begin();
      const pending = this.#piece();
      this.#slices.end();
      if (this.#stepping) return this.#awaitStep(this.#stepping);
      for (const answer of this.#asked.splice(0)) answer();
      if (pending) return this.#await(pending);
    }
  };

  #rest(): void {
    this.#throughput.rest();
    this.#work.trainer.pause();
  }

  #timeIsUp(): boolean {
    const { timeLimitSeconds } = this.#work;
    return timeLimitSeconds !== undefined && this.#throughput.elapsed >= timeLimitSeconds * 1000;
  }

  /** Returns true if the time limit would never be reached, because the clock is stopped. */
  #hasNoClock(): boolean {
    return this.#work.timeLimitSeconds !== undefined && this.#slices.clockIsStopped;
  }

  #await(pending: PromiseLike<Pulled>): void {
    this.#waiting = true;
    // Continues in the same slice, because a source whose promises resolve at once must not hold the event
    // loop either.
    pending.then(
      (pulled) => {
        this.#waiting = false;
        this.#arrived = { pulled };
        this.#go();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** Waits for a step, which is one piece of work: until its end nothing else is done with the run. */
  #awaitStep(step: PromiseLike<void>): void {
    const ended = (work: () => void) => () => {
      this.#stepping = undefined;
      this.#inside = false;
      for (const answer of this.#asked.splice(0)) answer();
      work();
    };
    step.then(ended(this.#go), (error: unknown) => ended(() => this.#fail(error))());
  }

  /** Does one piece of work, or returns the promise that has to be awaited first. */
  #piece(): PromiseLike<Pulled> | undefined {
    this.#inside = true;
    try {
      const arrived = this.#arrived;
      this.#arrived = undefined;
      const pulled = arrived ? arrived.pulled : this.#pull();
      if (isPromise(pulled)) return pulled;
      if (this.#ended) return undefined;
      if (!arrived && this.#slices.isSpent) this.#arrived = { pulled };
      else if (this.#validation) this.#validate(this.#validation, pulled);
      else if (pulled === undefined) this.#endEpoch();
      else if ((this.#iterator as BatchIterator).pulled > this.#state.cursor) this.#train(pulled); // batches and checks are complete
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#inside = this.#stepping !== undefined;
    }
    return undefined;
  }

  /** Returns the next batch for the current work. Ends the run if no work is left. */
  #pull(): Pulled | PromiseLike<Pulled> {
    const { plan, batches, validation, trainer } = this.#work;
    const { epoch } = this.#state;
    if (!this.#validation) {
      if (shouldValidate(plan, this.#state) && validation !== undefined) {
        this.#validation = new Validation(validation, epoch, (batch) => trainer.evaluate(batch));
      } else if (isDone(plan, this.#state)) return void this.#finish("finished");
      else if (isStale(plan, this.#state)) return void this.#finish("early");
      else this.#iterator ??= new BatchIterator(batches, "batches", epoch);
    }
    return (this.#validation ?? (this.#iterator as BatchIterator)).next();
  }

  #train(batch: Batch): void {
    let outcome: StepOutcome | PromiseLike<StepOutcome>;
    try {
      outcome = this.#work.trainer.step(batch, this.#state);
    } catch (error) {
      return this.#failedStep(error);
    }
    if (!isPromise(outcome)) return this.#trained(outcome);
    this.#stepping = outcome.then(
      (done) => {
        if (!this.#ended) this.#trained(done);
      },
      (error: unknown) => this.#failedStep(error),
    );
  }

  #trained(outcome: StepOutcome): void {
    const { plan } = this.#work;
    this.#state = afterStep(this.#state, outcome, plan.validates ? plan.validateEvery : undefined);
    const pauses = isMultiple(this.#state.step, this.#work.pauseEvery);
    if (pauses) this.#control.pause();
    this.#progress.stepped(this.#state, outcome.timeSteps, pauses);
  }

  /** Ends the run as diverged, if a loss, gradient or update was not finite; otherwise throws the error with its place. */
  #failedStep(error: unknown): void {
    if (!(error instanceof BpttError) || error.code !== "NOT_FINITE")
      throw (this.#iterator as BatchIterator).locate(error);
    const { parameter = "loss", message } = error;
    this.#finish("diverged", { step: this.#state.step + 1, parameter, message });
  }

  #endEpoch(): void {
    const { plan } = this.#work;
    const { epoch, cursor } = this.#state;
    const { pulled, name } = this.#iterator as BatchIterator;
    this.#iterator = undefined;
    if (pulled === 0) {
      throw rangeError(name, "at least one batch in each epoch", `none in epoch ${epoch}`, {
        hint: REPEATABLE,
      });
    }
    if (pulled < cursor) {
      throw rangeError(
        name,
        `at least ${cursor} batches in epoch ${epoch}, as many as the run to resume has used`,
        String(pulled),
      );
    }
    this.#progress.endedEpoch(pulled);
    this.#state = afterEpoch(this.#state, plan.validates && plan.validateEvery === undefined);
  }

  #validate(validation: Validation, pulled: Pulled): void {
    const { plan, trainer } = this.#work;
    const loss = validation.take(pulled);
    if (loss === undefined) return;
    this.#validation = undefined;
    if (!Number.isFinite(loss)) {
      const message = "the validation loss is NaN or infinite";
      return this.#finish("diverged", { step: this.#state.step, parameter: "loss", message });
    }
    const keep = plan.patience === undefined ? undefined : () => trainer.parameters();
    this.#state = afterValidation(this.#state, loss, keep);
    this.#progress.validated(this.#state);
  }

  #finish(stopped: Stopped, divergence?: Divergence): void {
    try {
      this.#progress.finish(this.#state);
      if (!this.#ended) this.#end(stopped, divergence); // otherwise the listener of that report has ended the run
    } catch (error) {
      this.#fail(error);
    }
  }

  #end(stopped: Stopped, divergence: Divergence | undefined): void {
    const { trainer, reports } = this.#work;
    const state = { ...this.state, stopped };
    const { step, best } = state;
    let keptStep = step;
    if (best === null) {
      if (divergence?.parameter === "loss" && trainer.undo()) keptStep--;
    } else if (best.step !== step) {
      if (isUnfinished(stopped)) state.parameters = trainer.parameters();
      trainer.setParameters(best.parameters);
      keptStep = best.step;
    }
    const seconds = this.#throughput.elapsed / 1000;
    const result = endRun(state, { stopped, keptStep, warnings: trainer.warnings, seconds, divergence });
    this.#state = state;
    this.#ended = true;
    this.#close(isUnfinished(stopped));
    reports.end();
    settle(
      this.#progress.lastListener,
      () => this.#ending.resolve(result),
      (reason) => this.#ending.reject(reason),
    );
  }

  /**
   * Ends the run with an error that training did not cause: bad data, a listener that throws, or a lack of
   * memory. The weights are left unchanged.
   */
  #fail(reason: unknown): void {
    if (this.#ended) return;
    try {
      this.#state = this.state;
    } catch {
      // only the state without the carried state is available
    }
    this.#ended = true;
    try {
      this.#close(true);
    } finally {
      this.#work.reports.end({ reason });
      this.#ending.reject(reason);
    }
  }

  #close(resumable: boolean): void {
    this.#throughput.rest();
    this.#iterator?.close();
    this.#validation?.close();
    this.#control.close();
    this.#work.eventLoop.close();
    this.#work.trainer.release(resumable);
  }
}

function noClock(): Error {
  const hint = "give epochs or steps instead where the runtime stops its clock";
  return rangeError("timeLimitSeconds", "a clock that advances", "one that stands still", { hint });
}
