/** Keeps the run that a change of settings replaced, so that the change can be undone. */

export interface Replaceable {
  /** Steps taken. */
  readonly steps: number;
  free(): void;
}

interface Entry<T> {
  key: string;
  value: T;
  /** Sets all settings as they were while it was current. */
  restore: () => void;
}

/** The run that is current and, where it had taken a step, the one before. */
export class Undoable<T extends Replaceable> {
  #current: Entry<T> | undefined;
  #replaced: Entry<T> | undefined;

  /** The run of a key: the current one, the replaced one or a new one. A run without a step is not worth keeping. */
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

  /** There is no current run any more. */
  leave(): void {
    const old = this.#current;
    this.#current = undefined;
    if (old && old.value.steps > 0) {
      this.#replaced?.value.free();
      this.#replaced = old;
    } else old?.value.free();
  }

  /** The run to which `undo` would go back. */
  get replaced(): T | undefined {
    return this.#replaced?.value;
  }

  undo(): void {
    this.#replaced?.restore();
  }

  /** Frees both. */
  free(): void {
    this.#current?.value.free();
    this.#replaced?.value.free();
    this.#current = this.#replaced = undefined;
  }
}

/** The button that undoes. */
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
