/**
 * What one sees of a model while it learns: what it writes, what it expects next, what its units do. All of it is asked of
 * the model between two steps, so that it is of the weights of the step that it names.
 *
 * Samples are made after fixed steps (sampled-steps.ts). The other views are refreshed now and then, in turns, and no view
 * takes more than its share of the time: a slow one is refreshed less often, and keeps no other waiting.
 */

import { QUICK, read, THOROUGH, type Reading } from "./reading.js";
import { isKept, isShown } from "./sampled-steps.js";
import type { TextSession } from "./session.js";

/** Characters of a sample. */
const LENGTH = 280;
/** While it trains, from one to the next. */
const EVERY_MILLISECONDS = { next: 300, reading: 600, sample: 0 };
/** Training has at least this many times as long as a view took, before that view is made again. */
const SHARE = 12;

export interface Question {
  /** "" leaves it to the session. */
  prompt: string;
  temperature: number;
  seed: number;
}

export interface Sample {
  /** The step whose weights wrote it. */
  step: number;
  prompt: string;
  temperature: number;
  text: string;
}

export interface NextCharacters {
  prompt: string;
  /** The likeliest first. */
  tokens: readonly { token: string; probability: number }[];
  /** Why there are none. */
  trouble?: string;
}

/** What there is to see. Each part is replaced when it changes. */
export interface Views {
  /** The newest first: what was written at the last step asked, then at the kept steps before it. */
  samples: readonly Sample[];
  /** Why it cannot write. */
  sampleTrouble: string | undefined;
  next: NextCharacters | undefined;
  reading: Reading | undefined;
  /** Why the passage cannot be read. */
  readingTrouble: string | undefined;
}

type View = keyof typeof EVERY_MILLISECONDS;
const ROTATING: readonly View[] = ["next", "reading"];

/** For which question and weights a view was made, when, and how long that took. */
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

  /** Another question: `settle` answers it. */
  ask(question: Question): void {
    this.#question = question;
  }

  /** After a step, while it trains: writes a sample where this is a step for one, or refreshes one view that is due. */
  stepped(step: number): void {
    if (isKept(step) || (isShown(step) && this.#hasTime("sample"))) return this.#make("sample");
    const due = ROTATING.filter((view) => this.#hasTime(view));
    const [oldest] = due.sort((a, b) => this.#made[a].at - this.#made[b].at);
    if (oldest) this.#make(oldest);
  }

  /** Makes one view that is out of date, if any is, and returns whether it did. For between two steps at most. */
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

  /** The question that a view answers; a view of a model that does not train is made with more effort. */
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
