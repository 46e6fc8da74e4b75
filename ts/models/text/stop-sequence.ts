/** Ends a text before a given stop sequence. Tokens that may be its beginning are held back. */

/** The tokens of a text on their way to the caller. */
export class Stop {
  readonly #stop: string | undefined;
  #held: string[] = [];
  /** True if the stop sequence has occurred. */
  reached = false;

  constructor(stop: string | undefined) {
    this.#stop = stop;
  }

  /** Takes a token and returns the tokens that can be given out now. */
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

  /** Returns the tokens that were held back, at the end of the text. */
  rest(): string[] {
    return this.#held.splice(0);
  }

  /**
   * Returns the tokens within the first `units` units. If `cut` is true, the part of the last token is
   * included.
   */
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
