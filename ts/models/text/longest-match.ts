/**
 * Splits a text into listed tokens, the longest at each position, in time linear in the text and the list.
 *
 * The longest token that begins at a position is, read backwards, the longest one that ends there. The
 * automaton of Aho and Corasick ("Efficient string matching", 1975) over the reversed tokens finds it for
 * every position in one pass.
 */

/** Minimum number of UTF-16 units of the text for which matches are stored at a time. */
const PIECE = 2 ** 16;

/** The automaton of the reversed tokens. Node 0 is the root. */
export class LongestMatch {
  /** Number of units of the longest token. */
  readonly #longest: number;
  /** A hash table with open addressing, from (node, unit) to a child. */
  readonly #mask: number;
  readonly #fromNode: Int32Array;
  readonly #fromUnit: Uint16Array;
  readonly #child: Int32Array;
  /** The node of the longest proper suffix, by node. */
  readonly #suffix: Int32Array;
  /** The number of units of the longest token that ends at a node, or 0 for none. */
  readonly #match: Int32Array;

  constructor(tokens: readonly string[]) {
    let units = 0;
    let longest = 0;
    for (const { length } of tokens) {
      units += length;
      longest = Math.max(longest, length);
    }
    this.#longest = longest;
    let slots = 16;
    while (slots < 2 * (units + 1)) slots *= 2;
    this.#mask = slots - 1;
    this.#fromNode = new Int32Array(slots).fill(-1);
    this.#fromUnit = new Uint16Array(slots);
    this.#child = new Int32Array(slots);

    const parent = new Int32Array(units + 1);
    const unitOf = new Uint16Array(units + 1);
    const depth = new Int32Array(units + 1);
    const match = new Int32Array(units + 1);
    let nodes = 1;
    for (const token of tokens) {
      let node = 0;
      for (let i = token.length - 1; i >= 0; i--) {
        const unit = token.charCodeAt(i);
        const slot = this.#slot(node, unit);
        if (this.#fromNode[slot] < 0) {
          this.#fromNode[slot] = node;
          this.#fromUnit[slot] = unit;
          this.#child[slot] = nodes;
          parent[nodes] = node;
          unitOf[nodes] = unit;
          depth[nodes] = depth[node] + 1;
          nodes++;
        }
        node = this.#child[slot];
      }
      match[node] = token.length;
    }
    this.#suffix = new Int32Array(nodes);
    this.#match = match;
    for (const node of byDepth(depth.subarray(0, nodes), longest)) {
      if (node === 0) continue;
      const above = parent[node];
      if (above !== 0) this.#suffix[node] = this.#next(this.#suffix[above], unitOf[node]);
      if (match[node] === 0) match[node] = match[this.#suffix[node]];
    }
  }

  /** Yields the tokens of a text, and a code point where no token matches. */
  *cut(text: string): Generator<string, void, undefined> {
    const piece = Math.max(PIECE, 4 * this.#longest);
    const lengths = new Int32Array(Math.min(piece, text.length));
    for (let start = 0, at = 0; start < text.length; start += piece) {
      const end = Math.min(start + piece, text.length);
      this.#measure(text, start, end, lengths);
      while (at < end) {
        let length = lengths[at - start];
        if (length === 0) length = (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
        yield text.slice(at, at + length);
        at += length;
      }
    }
  }

  /** Finds the longest token at each position from `start` to `end`. */
  #measure(text: string, start: number, end: number, lengths: Int32Array): void {
    let node = 0;
    for (let i = Math.min(text.length, end + this.#longest) - 1; i >= start; i--) {
      node = this.#next(node, text.charCodeAt(i));
      if (i < end) lengths[i - start] = this.#match[node];
    }
  }

  /** Returns the node for the longest suffix of `node` and `unit` that is in the trie. */
  #next(from: number, unit: number): number {
    for (let node = from; ; node = this.#suffix[node]) {
      const slot = this.#slot(node, unit);
      if (this.#fromNode[slot] >= 0) return this.#child[slot];
      if (node === 0) return 0;
    }
  }

  /** Returns the slot of an edge, or the free slot for it. */
  #slot(node: number, unit: number): number {
    let hash = Math.imul(node ^ Math.imul(unit, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & this.#mask;
    while (this.#fromNode[slot] >= 0 && !(this.#fromNode[slot] === node && this.#fromUnit[slot] === unit)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}

/** Returns the nodes sorted by depth, from the root down. */
function byDepth(depth: Int32Array, deepest: number): Int32Array {
  const places = new Int32Array(deepest + 2);
  for (const d of depth) places[d + 1]++;
  for (let d = 0; d <= deepest; d++) places[d + 1] += places[d];
  const order = new Int32Array(depth.length);
  depth.forEach((d, node) => (order[places[d]++] = node));
  return order;
}
