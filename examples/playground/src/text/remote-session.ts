/** The page's side of a session: the last report of the worker, and commands to it. */

import type { Replaceable } from "../parts/undo.js";
import type { FromWorker, Made, Shape, ToWorker } from "./protocol.js";
import type { Phase, Validation } from "./session.js";
import { spawnTextWorker } from "./spawn-text-worker.js";
import type { Question, Views } from "./watch.js";

type Command = ToWorker extends infer M ? (M extends unknown ? Omit<M, "session"> : never) : never;

export class RemoteSession implements Replaceable {
  /** Undefined until the worker has created the model. */
  shape: Shape | undefined;
  /** The reason why there is no model. */
  refused: string | undefined;
  phase: Phase = "ready";
  pace = 0;
  trouble: string | undefined;
  readonly losses: number[] = [];
  validations: readonly Validation[] = [];
  views: Partial<Views> = {};
  /** The step to train to after its creation. */
  readonly goal: number;
  /** Called when something has changed. */
  onChange: () => void = () => {};
  readonly #id = ++count;
  readonly #saving = new Map<number, (bytes: Uint8Array<ArrayBuffer>) => void>();

  constructor(made: Made) {
    this.goal = made.step;
    sessions.set(this.#id, (message) => this.#hear(message));
    this.#post({ kind: "make", made });
  }

  /** Number of steps done. */
  get steps(): number {
    return this.losses.length;
  }

  train(last: number): void {
    this.#post({ kind: "train", last });
  }

  pause(): void {
    this.#post({ kind: "pause" });
  }

  ask(question: Question): void {
    this.#post({ kind: "ask", question });
  }

  /** Returns the model as a file. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    const request = ++count;
    return new Promise((resolve) => {
      this.#saving.set(request, resolve);
      this.#post({ kind: "save", request });
    });
  }

  free(): void {
    this.onChange = () => {};
    sessions.delete(this.#id);
    this.#post({ kind: "free" });
  }

  #post(message: Command): void {
    try {
      worker().postMessage({ session: this.#id, ...message });
    } catch (error) {
      this.refused = `The worker that trains cannot be started: ${String(error)}`;
    }
  }

  #hear(message: FromWorker): void {
    if (message.kind === "made") this.shape = message.shape;
    else if (message.kind === "refused") this.refused = message.trouble;
    else if (message.kind === "saved") {
      this.#saving.get(message.request)?.(message.bytes);
      this.#saving.delete(message.request);
    } else {
      const { phase, pace, trouble, from, losses, validations, views } = message.update;
      Object.assign(this, { phase, pace, trouble, validations });
      this.losses.length = from;
      for (const loss of losses) this.losses.push(loss);
      this.views = { ...this.views, ...views };
    }
    this.onChange();
  }
}

let count = 0;
const sessions = new Map<number, (message: FromWorker) => void>();
let started: Worker | undefined;

/** Returns the worker, which all sessions share, because only one of them trains. */
function worker(): Worker {
  if (started) return started;
  started = spawnTextWorker();
  started.addEventListener("message", ({ data }: MessageEvent<FromWorker>) =>
    sessions.get(data.session)?.(data),
  );
  started.addEventListener("error", (event) => {
    const trouble = `The worker that trains has failed: ${event.message || "its script could not be loaded"}`;
    for (const [session, hear] of sessions) hear({ session, kind: "refused", trouble });
    started = undefined;
  });
  return started;
}
