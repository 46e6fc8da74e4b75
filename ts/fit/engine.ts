/**
 * The engine of a run: a state machine that does one piece of work after the other (a batch trained on, a batch of a
 * validation, the end of an epoch) and between them heeds its control, the time limit and the event loop.
 *
 *     start ──► working ⇄ waiting (for an asynchronous batch)
 *               working ⇄ resting (paused)
 *               any of them ──► ended
 *
 * The state changes in one assignment at the end of a piece of work, so between two pieces it is always whole: there a
 * run may be kept, paused and ended. What is to be done follows from the state alone (plan.ts); the clock decides only
 * how many pieces fit into a slice, and the time limit.
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

/** What an engine works with. */
export interface Work extends Listening {
  readonly trainer: Pick<Trainer, keyof Trainer>;
  readonly batches: Batches;
  readonly validation: Batches | undefined;
  /** Pauses after each so many steps. */
  readonly pauseEvery: number | undefined;
  readonly eventLoop: EventLoop;
}

/** One of the two is called, once. */
export interface EndCallbacks {
  resolve(result: RunResult): void;
  reject(reason: unknown): void;
}

/** A run's machine. */
export class Engine {
  readonly #work: Work;
  readonly #control: Control;
  readonly #ending: EndCallbacks;
  readonly #throughput: Throughput;
  readonly #progress: Progress;
  readonly #slices: Slices;
  #state: RunState;
  #iterator: BatchIterator | undefined; // over the epoch under way
  #validation: Validation | undefined; // under way
  #arrived: { pulled: Pulled } | undefined; // has taken its time to come, not yet worked on
  #inside = false; // in the midst of a piece of work
  #waiting = false;
  #stepping: PromiseLike<void> | undefined; // a step that other threads take part in
  #ended = false;
  #asked: (() => void)[] = []; // for what is only to be had between pieces of work

  constructor(work: Work, state: RunState, control: Control, ending: EndCallbacks) {
    this.#work = work;
    this.#state = state;
    this.#control = control;
    this.#ending = ending;
    this.#throughput = new Throughput(() => work.eventLoop.now());
    this.#progress = new Progress(work, this.#throughput, (reason) => this.#fail(reason));
    this.#slices = new Slices(work.eventLoop);
  }

  /** Begins with the next macrotask. */
  start(): void {
    this.#slices.schedule(this.#go);
  }

  /** Heeds a change of control: at once between two pieces of work, else after this one. */
  heed(): void {
    if (this.#inside || this.#ended) return;
    if (this.#control.end) this.#finish(this.#control.end);
    else if (this.#control.paused) this.#throughput.rest();
    else if (!this.#waiting) this.#slices.schedule(this.#go);
  }

  /** Calls `answer` between two pieces of work: at once, unless in the midst of one. */
  between(answer: () => void): void {
    if (this.#inside) this.#asked.push(answer);
    else answer();
  }

  /** Where the run stands; whole between two pieces of work. */
  get state(): RunState {
    const state = this.#state;
    return this.#ended ? state : { ...state, carried: this.#work.trainer.carried(state) };
  }

  /** Works until the slice is over, something has to be waited for, or the run rests or ends. */
  readonly #go = (): void => {
    while (!this.#ended) {
      if (this.#control.end) return this.#finish(this.#control.end);
      if (this.#control.paused) return this.#throughput.rest();
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

  #timeIsUp(): boolean {
    const { timeLimitSeconds } = this.#work;
    return timeLimitSeconds !== undefined && this.#throughput.elapsed >= timeLimitSeconds * 1000;
  }

  /** Whether the time limit would never be reached. */
  #hasNoClock(): boolean {
    return this.#work.timeLimitSeconds !== undefined && this.#slices.clockIsStopped;
  }

  #await(pending: PromiseLike<Pulled>): void {
    this.#waiting = true;
    // Goes on in the same slice: a source whose promises are kept at once must not hold the event loop either.
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

  /** One piece of work, or what has to be waited for first. */
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
      else if ((this.#iterator as BatchIterator).pulled > this.#state.cursor) this.#train(pulled); // the others are done
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#inside = this.#stepping !== undefined;
    }
    return undefined;
  }

  /** The next batch of what is to be done; ends the run where nothing is. */
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
      if (!this.#ended) this.#end(stopped, divergence); // else the listener of that report has ended the run
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

  /** An error that is not the training's: the data's, a listener's, want of memory. The weights stay as they are. */
  #fail(reason: unknown): void {
    if (this.#ended) return;
    try {
      this.#state = this.state;
    } catch {
      // the state without what is carried is all there is
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
