/**
 * The views of a model during training: samples, predictions of the next character, and states of its units.
 * All of them are computed between two steps, so that they belong to the weights of the named step.
 *
 * Samples are generated after fixed steps (sampled-steps.ts). The other views are refreshed in turns, and no
 * view takes more than its share of the time: a slow view is refreshed less often and does not delay the
 * others.
 */

import { QUICK, read, THOROUGH, type Reading } from "./reading.js";
import { isKept, isShown } from "./sampled-steps.js";
import type { TextSession } from "./session.js";

/** Number of characters of a sample. */
const LENGTH = 280;
/** Least time between two refreshes during training. */
const EVERY_MILLISECONDS = { next: 300, reading: 600, sample: 0 };
/** Training gets at least this many times as long as a view took before that view is refreshed. */
const SHARE = 12;

export interface Question {
  /** "" for the session's default. */
  prompt: string;
  temperature: number;
  seed: number;
}

export interface Sample {
  /** The step whose weights generated it. */
  step: number;
  prompt: string;
  temperature: number;
  text: string;
}

export interface NextCharacters {
  prompt: string;
  /** The most likely first. */
  tokens: readonly { token: string; probability: number }[];
  /** The reason why there are none. */
  trouble?: string;
}

/** The views. Each part is replaced when it changes. */
export interface Views {
  /** The newest first: the sample of the last step, then those of the kept steps before it. */
  samples: readonly Sample[];
  /** The reason why there is no sample. */
  sampleTrouble: string | undefined;
  next: NextCharacters | undefined;
  reading: Reading | undefined;
  /** The reason why the passage cannot be read. */
  readingTrouble: string | undefined;
}

type View = keyof typeof EVERY_MILLISECONDS;
const ROTATING: readonly View[] = ["next", "reading"];

/** The question and weights of a view, its time, and how long it took. */
interface Made {
  of: string;
  at: number;
  took: number;
}

export class Watch {
  readonly views: Views;
  readonly session: TextSession;
  #question: Question;
  readonly #made: Record<View, Made> = {
    sample: { of: "", at: -Infinity, took: 0 },
    next: { of: "", at: -Infinity, took: 0 },
    reading: { of: "", at: -Infinity, took: 0 },
  };

  constructor(session: TextSession, question: Question, samples: readonly Sample[] = []) {
    this.session = session;
    this.#question = question;
    this.views = {
      samples,
      sampleTrouble: undefined,
      next: undefined,
      reading: undefined,
      readingTrouble: undefined,
    };
  }

  /** Sets another question, which `settle` answers. */
  ask(question: Question): void {
    this.#question = question;
  }

  /** Generates a sample or refreshes one due view after a step of the training. */
  stepped(step: number): void {
    if (isKept(step) || (isShown(step) && this.#hasTime("sample"))) return this.#make("sample");
    const due = ROTATING.filter((view) => this.#hasTime(view));
    const [oldest] = due.sort((a, b) => this.#made[a].at - this.#made[b].at);
    if (oldest) this.#make(oldest);
  }

  /**
   * Updates one view that is out of date and returns true if there was one. It must be called between two
   * steps.
   */
  settle(): boolean {
    const training = this.session.phase === "training";
    const views: readonly View[] = ["sample", "next", "reading"];
    const view = views.find((view) =>
      training ? this.#isAnotherQuestion(view) : this.#made[view].of !== this.#subject(view),
    );
    if (view) this.#make(view);
    return view !== undefined;
  }

  #hasTime(view: View): boolean {
    const { at, took } = this.#made[view];
    return performance.now() - at >= Math.max(EVERY_MILLISECONDS[view], SHARE * took);
  }

  /** Returns the question that a view answers. A model that is not training gets a more thorough view. */
  #subject(view: View): string {
    const { steps, phase } = this.session;
    return `${steps} ${view === "reading" && phase === "training"} ${this.#asked(view)}`;
  }

  #asked(view: View): string {
    const { prompt, temperature, seed } = this.#question;
    return view === "reading" ? "" : view === "next" ? prompt : `${temperature} ${seed} ${prompt}`;
  }

  #isAnotherQuestion(view: View): boolean {
    const { of } = this.#made[view];
    return of === "" || of.replace(/^\d+ \w+ /, "") !== this.#asked(view);
  }

  #make(view: View): void {
    const begin = performance.now();
    if (view === "sample") this.#write();
    else if (view === "next") this.views.next = this.#next();
    else this.#read();
    const end = performance.now();
    this.#made[view] = { of: this.#subject(view), at: end, took: end - begin };
  }

  get #prompt(): string {
    return this.#question.prompt || this.session.opening;
  }

  #write(): void {
    const { model, steps: step } = this.session;
    const { temperature, seed } = this.#question;
    const { views } = this;
    const prompt = this.#prompt;
    try {
      const text = model.generate({ prompt, length: LENGTH, temperature, seed });
      const before = views.samples.filter((sample) => sample.step !== step && isKept(sample.step));
      views.samples = [{ step, prompt, temperature, text }, ...before];
      views.sampleTrouble = undefined;
    } catch (error) {
      views.sampleTrouble = messageOf(error);
    }
  }

  #next(): NextCharacters {
    const prompt = this.#prompt;
    try {
      return { prompt, tokens: this.session.model.nextProbabilities(prompt).slice(0, 8) };
    } catch (error) {
      return { prompt, tokens: [], trouble: messageOf(error) };
    }
  }

  #read(): void {
    const { model, text, phase } = this.session;
    try {
      this.views.reading = read(model, text, phase === "training" ? QUICK : THOROUGH);
      this.views.readingTrouble = undefined;
    } catch (error) {
      this.views.reading = undefined;
      this.views.readingTrouble = messageOf(error);
    }
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
