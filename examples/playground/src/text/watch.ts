/**
 * What one sees of a model while it learns: what it writes, what its units do, what it expects next. Each is asked for again
 * when the model has changed, but not all of it in one frame, and not so often that training would wait for it.
 */

import { QUICK, read, THOROUGH, type Reading } from "./reading.js";
import type { TextSession } from "./session.js";
import { Writer } from "./writer.js";

/** Of a frame, for writing. */
const FRAME_MILLISECONDS = 5;
/** While it trains, from one to the next. */
const EVERY_MILLISECONDS = { next: 300, reading: 600, sample: 1500 };

export interface Question {
  prompt: string;
  temperature: number;
  seed: number;
}

export interface NextCharacters {
  prompt: string;
  /** The likeliest first. */
  tokens: readonly { token: string; probability: number }[];
  /** Why there are none. */
  trouble?: string;
}

/** For what state of things something was made, and when. */
interface Made {
  of: string;
  at: number;
}

export class Watch {
  readonly writer = new Writer();
  reading: Reading | undefined;
  next: NextCharacters | undefined;
  /** Why the passage cannot be read. */
  trouble: string | undefined;
  readonly session: TextSession;
  readonly #made: Record<keyof typeof EVERY_MILLISECONDS, Made> = {
    next: { of: "", at: -Infinity },
    reading: { of: "", at: -Infinity },
    sample: { of: "", at: -Infinity },
  };

  constructor(session: TextSession) {
    this.session = session;
  }

  /** Does one thing that is due, if any is; whether there is something new to show. */
  frame({ prompt, temperature, seed }: Question): boolean {
    const { session, writer } = this;
    if (session.behind) return false;
    const { model, steps } = session;
    if (this.#isDue("next", prompt)) {
      this.next = nextOf(session, prompt);
    } else if (this.#isDue("reading", "")) {
      this.#read();
    } else if (
      !(writer.writing && session.phase === "training") &&
      this.#isDue("sample", `${temperature} ${seed} ${prompt}`)
    ) {
      writer.begin({ model, step: steps, prompt, temperature, seed });
    } else if (writer.writing) {
      writer.advance(performance.now() + FRAME_MILLISECONDS);
    } else return false;
    return true;
  }

  get #effort(): number {
    return this.session.phase === "training" ? QUICK : THOROUGH;
  }

  /** What was asked of a model in training is asked again where training rests: its weights may have come a little later. */
  #isDue(what: keyof typeof EVERY_MILLISECONDS, question: string): boolean {
    const made = this.#made[what];
    const { steps, phase } = this.session;
    const of = `${steps} ${phase === "training"} ${question}`;
    const now = performance.now();
    if (made.of === of) return false;
    if (phase === "training" && now - made.at < EVERY_MILLISECONDS[what]) return false;
    this.#made[what] = { of, at: now };
    return true;
  }

  #read(): void {
    const { model, text } = this.session;
    this.trouble = undefined;
    try {
      this.reading = read(model, text, this.#effort);
    } catch (error) {
      this.reading = undefined;
      this.trouble = error instanceof Error ? error.message : String(error);
    }
  }
}

function nextOf({ model }: TextSession, prompt: string): NextCharacters {
  try {
    return { prompt, tokens: model.nextProbabilities(prompt).slice(0, 8) };
  } catch (error) {
    return { prompt, tokens: [], trouble: error instanceof Error ? error.message : String(error) };
  }
}
