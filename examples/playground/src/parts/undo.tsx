/** Keeps the run that a change of settings replaced, so that the change can be undone. */

export interface Replaceable {
  /** Number of steps done. */
  readonly steps: number;
  free(): void;
}

interface Entry<T> {
  key: string;
  value: T;
  /** Restores all settings of that run. */
  restore: () => void;
}

/** The current run and, if it had done a step, the previous one. */
export class Undoable<T extends Replaceable> {
  #current: Entry<T> | undefined;
  #replaced: Entry<T> | undefined;

  /**
   * Returns the run of a key: the current one, the replaced one or a new one. A run without a step is not
   * kept.
   */
  get(key: string, make: () => T, restore: (value: T) => void): T {
    if (this.#current?.key !== key) {
      const back = this.#replaced?.key === key ? this.#replaced : undefined;
      const next = back ?? { key, value: make(), restore: () => {} };
      if (back) this.#replaced = undefined;
      this.leave();
      this.#current = next;
    }
    const { value } = this.#current!;
    this.#current!.restore = () => restore(value);
    return value;
  }

  /** Leaves without a current run. */
  leave(): void {
    const old = this.#current;
    this.#current = undefined;
    if (old && old.value.steps > 0) {
      this.#replaced?.value.free();
      this.#replaced = old;
    } else old?.value.free();
  }

  /** The run that `undo` would restore. */
  get replaced(): T | undefined {
    return this.#replaced?.value;
  }

  undo(): void {
    this.#replaced?.restore();
  }

  /** Frees both runs. */
  free(): void {
    this.#current?.value.free();
    this.#replaced?.value.free();
    this.#current = this.#replaced = undefined;
  }
}

/** The undo button. */
export function UndoButton({ step, onUndo }: { step: number | undefined; onUndo(): void }) {
  if (step === undefined) return <span class="visually-hidden" role="status" />;
  return (
    <>
      <button class="button" type="button" onClick={onUndo}>
        Undo: back to step {step}
      </button>
      <span class="visually-hidden" role="status">
        Training starts again. Undo goes back to the run that was at step {step}.
      </span>
    </>
  );
}
