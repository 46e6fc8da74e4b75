/**
 * A model and its training, without a page: trains, rests, goes on, and comes exactly to a step that a link names. The same
 * text and settings give the same bits each time, in a worker or not.
 *
 * A run that has rested goes on. One that came to its last step, and is to go further, is done again from its first weights
 * with a later last step (`behind` meanwhile): the steps that were done come out the same.
 */

import { CharRnn, Vocabulary, type Report, type Run, type RunResult } from "bptt";
import { beginning } from "./characters.js";
import { linesOf } from "./reading.js";
import type { TextSettings } from "./settings.js";

/** B: parts of the text that are read side by side. */
export const BATCH = 16;
/** T: characters through which a gradient flows back. */
export const WINDOW = 48;
const VALIDATE_EVERY = 25;
/** Of a long text no more is kept back, in characters: a validation should not take longer than the steps between two. */
const MOST_HELD = 8000;

/** What decides a training, beside the text. */
export type Recipe = Pick<TextSettings, "cell" | "hidden" | "layers" | "rate" | "held" | "seed">;

export type Phase = "ready" | "training" | "paused" | "finished" | "diverged" | "failed";

export interface Validation {
  step: number;
  /** In nats a character. */
  loss: number;
}

export interface SessionOptions {
  text: string;
  recipe: Recipe;
  /** A model's file to begin with, instead of new weights. */
  file?: Uint8Array | undefined;
  /** Whether it trains in a worker. */
  worker?: boolean;
  /** Called when something has changed; often, while it trains. */
  onChange?: () => void;
}

export class TextSession {
  /** What is generated from and looked into. */
  model: CharRnn;
  /** Of each step's batch before its update, in nats a character. */
  losses: number[] = [];
  validations: Validation[] = [];
  /** Characters a second. */
  pace = 0;
  /** What the training's end has to say, where it ended badly. */
  trouble: string | undefined;
  readonly text: string;
  readonly #options: SessionOptions;
  #run: Run<Uint8Array<ArrayBuffer>> | undefined;
  #phase: Phase = "ready";
  #last = 0;
  #goal = 0;
  /** Whether it goes on only for a validation that is due, to rest then. */
  #resting = false;
  #freed = false;

  /** @throws TypeError, RangeError or BpttError as `CharRnn` or `CharRnn.load`; RangeError for a text that is too short */
  constructor(options: SessionOptions) {
    this.text = options.text;
    this.#options = options;
    this.model = this.#make();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Steps done. */
  get steps(): number {
    return this.losses.length;
  }

  /** Whether it does steps again that it had done. */
  get behind(): boolean {
    return this.#phase === "training" && this.steps < this.#goal;
  }

  /** What the model is trained on: a text, or its lines for a model of a list. */
  get lesson(): string | string[] {
    return this.model.kind === "text" ? this.text : linesOf(this.text);
  }

  /** What it is asked about where nobody says: the text's beginning, or something else that the model knows. */
  get opening(): string {
    const { vocabulary, kind } = this.model;
    const start = beginning(this.text);
    if ([...start].every((character) => vocabulary.has(character))) return start;
    return kind === "list" ? "" : vocabulary.tokens[0]!;
  }

  /** Trains up to step `last`. */
  train(last: number): void {
    if (this.#freed || this.#phase === "training" || this.steps >= last) return;
    if (this.#run?.paused && this.#last === last) {
      this.#phase = "training";
      this.#run.resume();
      return this.#tell();
    }
    this.#goal = this.steps;
    if (this.#run || this.steps > 0) this.#anew();
    this.#last = last;
    try {
      this.#start(last);
    } catch (error) {
      this.#phase = "failed";
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.#tell();
  }

  /** Rests at the end of the step under way; it is `paused` once the model is what that step made of it. */
  pause(): void {
    const run = this.#run;
    if (this.#phase !== "training" || !run || run.paused) return;
    run.pause();
    void run.checkpoint().then(() => {
      if (this.#run !== run) return; // it has ended meanwhile
      this.#resting = this.#isValidationDue;
      if (this.#resting) return run.resume(); // a link to this step leads behind its validation
      this.#phase = "paused";
      this.#goal = 0;
      this.#tell();
    }, ignore);
  }

  /** Gives the memory back; a run under way ends first. */
  free(): void {
    this.#freed = true;
    release(this.model, this.#run);
    this.#run = undefined;
  }

  #make(): CharRnn {
    const { text, file, recipe } = this.#options;
    if (file) return modelOf(file, text);
    const { cell, hidden, layers, seed } = recipe;
    return new CharRnn({ text, cell, hiddenSize: hidden, layers, seed });
  }

  /** From the first weights again. */
  #anew(): void {
    release(this.model, this.#run);
    this.#run = undefined;
    this.model = this.#make();
    this.losses = [];
    this.validations = [];
    this.trouble = undefined;
  }

  #start(steps: number): void {
    const { recipe, worker = false } = this.#options;
    const held = Math.min(recipe.held, MOST_HELD / this.text.length);
    const run = this.model.fit(this.lesson, {
      steps,
      batchSize: BATCH,
      sequenceLength: WINDOW,
      learningRate: recipe.rate,
      seed: recipe.seed,
      ...(held > 0 ? { validationFraction: held, validateEvery: VALIDATE_EVERY } : {}),
      ...(worker ? { worker } : {}),
      onProgress: (report) => this.#note(report, run),
    });
    this.#run = run;
    this.#phase = "training";
    run.then(
      (result) => this.#end(result, run),
      (error: unknown) => this.#end(error, run),
    );
  }

  #note({ step, loss, validationLoss, tokensPerSecond }: Report, run: Run<Uint8Array<ArrayBuffer>>): void {
    if (this.#run !== run) return;
    const again = step === this.losses.length; // a step is reported once more when it has been validated
    this.losses[step - 1] = loss;
    this.pace = tokensPerSecond;
    if (again && validationLoss !== undefined && step % VALIDATE_EVERY === 0)
      this.validations.push({ step, loss: validationLoss });
    if (this.#resting && !this.#isValidationDue) this.pause();
    this.#tell();
  }

  /** Whether the last step is one to be validated behind, and has not been. */
  get #isValidationDue(): boolean {
    const { steps, validations } = this;
    const { held } = this.#options.recipe;
    return held > 0 && steps > 0 && steps % VALIDATE_EVERY === 0 && validations.at(-1)?.step !== steps;
  }

  #end(result: unknown, run: Run<Uint8Array<ArrayBuffer>>): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#goal = 0;
    this.#resting = false;
    if (isResult(result)) {
      this.#phase = result.stopped === "diverged" ? "diverged" : "finished";
      this.trouble = result.divergence?.message;
    } else {
      this.#phase = "failed";
      this.trouble = result instanceof Error ? result.message : String(result);
    }
    this.#tell();
  }

  #tell(): void {
    if (!this.#freed) this.#options.onChange?.();
  }
}

/**
 * The model in a file. One without a vocabulary, such as PyTorch writes, is taken for one of the text's characters.
 *
 * @throws TypeError, RangeError or BpttError as `CharRnn.load`
 */
export function modelOf(file: Uint8Array, text: string): CharRnn {
  return CharRnn.load(file, text === "" ? {} : { vocabulary: Vocabulary.from(text) });
}

const isResult = (value: unknown): value is RunResult =>
  typeof value === "object" && value !== null && "stopped" in value;

function release(model: CharRnn, run: Run<Uint8Array<ArrayBuffer>> | undefined): void {
  if (!run) return model.free();
  run.stop();
  void run.done.catch(ignore).then(() => model.free());
}

const ignore = () => undefined; // a run that fails says so by its own promise
