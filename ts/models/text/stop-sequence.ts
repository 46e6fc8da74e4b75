/** Ends a text before a given one, holding back what may turn out to be its beginning. */

/** Tokens on their way out. */
export class Stop {
  readonly #stop: string | undefined;
  #held: string[] = [];
  /** Whether the text to stop at has come. */
  reached = false;

  constructor(stop: string | undefined) {
    this.#stop = stop;
  }

  /** Takes a token; what can be given out by now. */
  take(token: string): string[] {
    const stop = this.#stop;
    if (stop === undefined) return [token];
    this.#held.push(token);
    const text = this.#held.join("");
    const at = text.indexOf(stop);
    if (at >= 0) {
      this.reached = true;
      return this.#release(at, true);
    }
    let open = Math.min(stop.length - 1, text.length);
    while (open > 0 && !text.endsWith(stop.slice(0, open))) open--;
    return this.#release(text.length - open, false);
  }

  /** The text has come to its end: what was held back. */
  rest(): string[] {
    return this.#held.splice(0);
  }

  /** The tokens within the first so many units; with `cut` the part of the last one too. */
  #release(units: number, cut: boolean): string[] {
    const out: string[] = [];
    let used = 0;
    while (this.#held.length > 0 && used + this.#held[0].length <= units) {
      const token = this.#held.shift() as string;
      used += token.length;
      out.push(token);
    }
    if (cut) {
      const part = (this.#held[0] ?? "").slice(0, units - used);
      if (part !== "") out.push(part);
      this.#held = [];
    }
    return out;
  }
}
