/**
 * A session in the worker: it trains, computes the views, reports both, and stores the training for a reload.
 */

import { keep, recall } from "../store.js";
import type { FromWorker, Made, Shape, Update } from "./protocol.js";
import { TextSession, type SavedTraining } from "./session.js";
import { Watch, type Question, type Sample, type Views } from "./watch.js";

/** Milliseconds between two reports during training. */
const REPORT_EVERY = 80;
/** The least number of milliseconds between two saves, and that number relative to the duration of a save. */
const KEEP_EVERY = 5000;
const KEEP_SHARE = 40;
const KEPT = "training";

interface Kept {
  key: string;
  training: SavedTraining;
  samples: readonly Sample[];
}

export type Send = (message: FromWorker) => void;

export class Host {
  readonly #id: number;
  readonly #send: Send;
  readonly #key: string;
  readonly #session: TextSession;
  readonly #watch: Watch;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #settling = false;
  #freed = false;
  #reportedAt = -Infinity;
  #sentLosses = 0;
  #sentViews: Partial<Views> = {};
  #keptSteps = 0;
  #nextKeep = 0;

  /** Creates a session, from its stored training if there is one. Sends `made` or `refused`. */
  static async make(id: number, made: Made, send: Send): Promise<Host | undefined> {
    const kept = made.step > 0 ? await recall<Kept>(KEPT) : undefined;
    const fits = kept?.key === made.key && kept.training.losses.length <= made.step ? kept : undefined;
    try {
      return new Host(id, made, send, fits);
    } catch {
      if (fits) await keep(KEPT, undefined); // possibly of another version
      try {
        return new Host(id, made, send, undefined);
      } catch (error) {
        send({
          session: id,
          kind: "refused",
          trouble: error instanceof Error ? error.message : String(error),
        });
        return undefined;
      }
    }
  }

  private constructor(id: number, made: Made, send: Send, kept: Kept | undefined) {
    this.#id = id;
    this.#send = send;
    this.#key = made.key;
    const { text, recipe, file, question, step } = made;
    this.#session = new TextSession({
      text,
      recipe,
      file,
      saved: kept?.training,
      onStep: (step) => this.#stepped(step),
      onChange: () => this.#change(),
    });
    this.#keptSteps = this.#session.steps;
    this.#watch = new Watch(this.#session, question, kept?.samples);
    send({ session: id, kind: "made", shape: shapeOf(this.#session) });
    if (step > this.#session.steps) {
      if (!kept) this.#watch.settle(); // the sample of the initial weights
      this.#session.train(step);
    }
    this.#report();
    this.#settle();
  }

  train(last: number): void {
    this.#session.train(last);
  }

  pause(): void {
    this.#session.pause();
  }

  ask(question: Question): void {
    this.#watch.ask(question);
    this.#settle();
  }

  save(request: number): void {
    const bytes = this.#session.model.save();
    this.#send({ session: this.#id, kind: "saved", request, bytes });
  }

  free(): void {
    this.#freed = true;
    clearTimeout(this.#timer);
    this.#session.free();
  }

  #stepped(step: number): void {
    this.#watch.stepped(step);
    const now = performance.now();
    if (now >= this.#nextKeep) this.#keep();
  }

  #change(): void {
    const training = this.#session.phase === "training";
    const wait = training ? this.#reportedAt + REPORT_EVERY - performance.now() : 0;
    if (wait <= 0) this.#report();
    else this.#timer ??= setTimeout(() => this.#report(), wait);
    if (!training) this.#settle();
  }

  /** Updates the views that are out of date, one per task, so that messages are handled in between. */
  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    const next = (): void => {
      if (!this.#freed && this.#watch.settle()) {
        this.#report();
        setTimeout(next, 0);
        return;
      }
      this.#settling = false;
      if (!this.#freed && this.#session.phase !== "training") this.#keep();
    };
    setTimeout(next, 0);
  }

  #report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#freed) return;
    this.#reportedAt = performance.now();
    const { phase, pace, trouble, losses, validations } = this.#session;
    const from = this.#sentLosses;
    const { views } = this.#watch;
    const changed = Object.entries(views).filter(
      ([name, view]) => view !== this.#sentViews[name as keyof Views],
    );
    this.#sentViews = { ...views };
    this.#sentLosses = losses.length;
    const update: Update = {
      phase,
      pace,
      trouble,
      from,
      losses: Float64Array.from(losses.slice(from)),
      validations,
      views: Object.fromEntries(changed),
    };
    this.#send({ session: this.#id, kind: "update", update });
  }

  #keep(): void {
    const { steps } = this.#session;
    if (steps === 0 || steps === this.#keptSteps) return;
    const begin = performance.now();
    const training = this.#session.save();
    if (!training) return;
    this.#keptSteps = steps;
    void keep(KEPT, { key: this.#key, training, samples: this.#watch.views.samples } satisfies Kept);
    const end = performance.now();
    this.#nextKeep = end + Math.max(KEEP_EVERY, KEEP_SHARE * (end - begin));
  }
}

function shapeOf(session: TextSession): Shape {
  const { rnn, vocabulary } = session.model;
  return {
    cell: rnn.cell,
    hidden: rnn.hiddenSize,
    layers: rnn.layers,
    vocabulary: vocabulary.size,
    parameters: Object.values(rnn.parameters).reduce((sum, { data }) => sum + data.length, 0),
    unknown: session.unknown,
  };
}
