/**
 * A text model and its training, without a page: trains, pauses, resumes, and stops exactly at a given step.
 * The same text and settings give the same bits each time.
 *
 * A training is one run of the largest length, which pauses where it has to stop, so that it can always be
 * extended.
 */

import { CharRnn, type Report, type Run } from "bptt";
import { beginning } from "./characters.js";
import { linesOf } from "./reading.js";
import { LAST_STEP, type TextSettings } from "./settings.js";

/** B: the number of parts of the text that are read side by side. */
export const BATCH = 16;
/** T: the number of characters through which a gradient flows back. */
export const WINDOW = 48;
const VALIDATE_EVERY = 25;
/** Largest number of held-out characters: a validation should not take longer than the steps between two. */
const MOST_HELD = 8000;

/** The settings that determine a training, besides the text. */
export type Recipe = Pick<TextSettings, "cell" | "hidden" | "layers" | "rate" | "held" | "seed">;

export type Phase = "ready" | "training" | "paused" | "finished" | "diverged" | "failed";

export interface Validation {
  step: number;
  /** Loss in nats per character. */
  loss: number;
}

/** A training that can be continued elsewhere. */
export interface SavedTraining {
  losses: number[];
  validations: Validation[];
  /** The model with its unfinished run, which is absent before the first step. */
  bytes: Uint8Array<ArrayBuffer>;
}

export interface SessionOptions {
  text: string;
  recipe: Recipe;
  /** A model's file to start from, instead of new weights. */
  file?: Uint8Array | undefined;
  /** A training of the same text, recipe and file to continue. */
  saved?: SavedTraining | undefined;
  /** Called when something has changed, which is often during training. */
  onChange?: () => void;
  /** Called after each step, with the weights after it. */
  onStep?: (step: number) => void;
}

export class TextSession {
  readonly model: CharRnn;
  readonly text: string;
  /** Loss of each step's batch before its update, in nats per character. */
  readonly losses: number[];
  readonly validations: Validation[];
  /** Characters per second. */
  pace = 0;
  /** The error that ended the training. */
  trouble: string | undefined;
  readonly #options: SessionOptions;
  #run: Run<Uint8Array<ArrayBuffer>> | undefined;
  #phase: Phase = "ready";
  /** The step at which it stops by itself. */
  #goal = 0;
  /** True if it has to pause after the validation that is due. */
  #pausing = false;
  #freed = false;

  /**
   * @throws TypeError, RangeError or BpttError as `CharRnn`, `CharRnn.load` and `resume`; RangeError for a
   *   text that is too short
   */
  constructor(options: SessionOptions) {
    const { text, recipe, file, saved } = options;
    this.text = text;
    this.#options = options;
    const { cell, hidden, layers, seed } = recipe;
    const bytes = saved?.bytes ?? file;
    this.model = bytes ? CharRnn.load(bytes) : new CharRnn({ text, cell, hiddenSize: hidden, layers, seed });
    this.losses = saved ? [...saved.losses] : [];
    this.validations = saved ? [...saved.validations] : [];
    if (!saved) return;
    this.#begin(this.model.resume(this.lesson, { onProgress: (report) => this.#note(report) }));
    this.#pause("paused");
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Number of steps done. */
  get steps(): number {
    return this.losses.length;
  }

  /** The training data: a text, or its lines for a model of a list. */
  get lesson(): string | string[] {
    return this.model.kind === "text" ? this.text : linesOf(this.text);
  }

  /** The default prompt: the beginning of the text, or another text in the vocabulary. */
  get opening(): string {
    const { vocabulary, kind } = this.model;
    const start = beginning(this.text);
    if ([...start].every((character) => vocabulary.has(character))) return start;
    return kind === "list" ? "" : vocabulary.tokens[0]!;
  }

  /** Characters of the text that are not in the vocabulary; empty for a model with longer tokens. */
  get unknown(): string[] {
    const { vocabulary, kind, end } = this.model;
    if (vocabulary.tokens.some((token) => token !== end && [...token].length !== 1)) return [];
    return [...new Set(this.text)].filter((c) => !vocabulary.has(c) && !(kind === "list" && c === "\n"));
  }

  /** Trains up to step `last`. */
  train(last: number): void {
    if (this.#freed || this.#phase === "training" || this.steps >= last) return;
    this.#goal = last;
    this.#pausing = false;
    if (this.#run) {
      this.#phase = "training";
      this.#run.resume();
    } else {
      try {
        this.#begin(this.#fit());
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#tell();
  }

  /**
   * Pauses after the last step, and after its validation if one is due, because a link to this step stops
   * there too.
   */
  pause(): void {
    if (this.#phase !== "training") return;
    if (this.#isValidationDue) {
      this.#pausing = true;
    } else {
      this.#pause("paused");
      this.#tell();
    }
  }

  /** Returns the data that is needed to continue elsewhere, or undefined if there is nothing to continue. */
  save(): SavedTraining | undefined {
    if (!this.#run || this.steps === 0) return undefined;
    const { losses, validations, model } = this;
    return { losses, validations, bytes: model.save({ optimizer: true }) };
  }

  /** Frees the memory. A run under way ends first. */
  free(): void {
    this.#freed = true;
    const run = this.#run;
    this.#run = undefined;
    if (!run) return this.model.free();
    run.stop();
    void run.done.catch(ignore).then(() => this.model.free());
  }

  #fit(): Run<Uint8Array<ArrayBuffer>> {
    const { recipe } = this.#options;
    const held = Math.min(recipe.held, MOST_HELD / this.text.length);
    return this.model.fit(this.lesson, {
      steps: LAST_STEP,
      batchSize: BATCH,
      sequenceLength: WINDOW,
      learningRate: recipe.rate,
      seed: recipe.seed,
      ...(held > 0 ? { validationFraction: held, validateEvery: VALIDATE_EVERY } : {}),
      onProgress: (report) => this.#note(report),
    });
  }

  #begin(run: Run<Uint8Array<ArrayBuffer>>): void {
    this.#run = run;
    this.#phase = "training";
    run.then(
      ({ stopped, divergence }) =>
        this.#end(run, stopped === "diverged" ? "diverged" : "finished", divergence?.message),
      (error: unknown) => this.#run === run && this.#fail(error),
    );
  }

  #note({ step, loss, validationLoss, tokensPerSecond }: Report): void {
    if (this.#freed) return;
    const again = step === this.losses.length; // a step is reported again after its validation
    this.losses[step - 1] = loss;
    this.pace = tokensPerSecond;
    if (again && validationLoss !== undefined && step % VALIDATE_EVERY === 0)
      this.validations.push({ step, loss: validationLoss });
    if (!this.#isValidationDue) {
      if (step >= this.#goal) this.#pause("finished");
      else if (this.#pausing) this.#pause("paused");
    }
    if (!again) this.#options.onStep?.(step);
    this.#tell();
  }

  /** Pauses the run. During a report the run is between two steps, so it has paused when this returns. */
  #pause(phase: "paused" | "finished"): void {
    this.#run?.pause();
    this.#pausing = false;
    this.#phase = phase;
  }

  /** True if a validation is due after the last step and was not done. */
  get #isValidationDue(): boolean {
    const { steps, validations } = this;
    const { held } = this.#options.recipe;
    return held > 0 && steps > 0 && steps % VALIDATE_EVERY === 0 && validations.at(-1)?.step !== steps;
  }

  #end(run: Run<Uint8Array<ArrayBuffer>>, phase: Phase, trouble: string | undefined): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#phase = phase;
    this.trouble = trouble;
    this.#tell();
  }

  #fail(error: unknown): void {
    this.#run = undefined;
    this.#phase = "failed";
    this.trouble = error instanceof Error ? error.message : String(error);
    this.#tell();
  }

  #tell(): void {
    if (!this.#freed) this.#options.onChange?.();
  }
}

const ignore = () => undefined; // the promise of the run reports a failure
