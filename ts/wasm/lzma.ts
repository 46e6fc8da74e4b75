/**
 * A decompressor of LZMA: a range decoder over adaptive bits, which distinguish literals from copies of
 * earlier bytes (I. Pavlov, "LZMA specification", 7-Zip SDK, 2015; the names follow it). The module is a
 * sixth smaller than deflated, and this reader is half as long as an inflater.
 *
 * It reads the output of the set-up: the .lzma format with lc = 3, lp = 0, pb = 2 and the length in the
 * header. It checks nothing, because the bytes are part of the package.
 */

const HEADER = 13; // properties, size of the dictionary (4), length (8)
const [RANGE, CODE] = [0, 1]; // indices into the state of the decoder

// The places where the probabilities of each kind of bit begin. A tree of n bits has 2ⁿ places, of which the
// first is unused.
const POSITIONS = 4; // pb = 2: each position modulo 4 has its own statistics
const STATES = 12;
const IS_MATCH = 0; // by state and position
const IS_REP0_LONG = IS_MATCH + STATES * POSITIONS; // by state and position
const IS_REP = IS_REP0_LONG + STATES * POSITIONS;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const SLOTS = IS_REP_G2 + STATES; // four trees of 6 bits
const SPECIAL = SLOTS + 4 * 64; // the low bits of distances up to 128
const ALIGN = SPECIAL + 128; // the lowest 4 bits of the others
const LENGTH = ALIGN + 16; // choices, a tree of 3 bits by position, another, one of 8 bits
const LENGTH_MIDDLE = 2 + POSITIONS * 8;
const LENGTH_HIGH = LENGTH_MIDDLE + POSITIONS * 8;
const REP_LENGTH = LENGTH + LENGTH_HIGH + 256;
const LITERALS = REP_LENGTH + LENGTH_HIGH + 256; // by the upper lc = 3 bits of the byte before
const LITERAL = 0x300;

/** Decompresses the bytes. */
export function unpackLzma(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(packed.buffer, packed.byteOffset);
  const output = new Uint8Array(view.getUint32(5, true));
  const probabilities = new Uint16Array(LITERALS + 8 * LITERAL).fill(1024);
  const coder = Uint32Array.of(0xffffffff, view.getUint32(HEADER + 1)); // the decoder's state; plain numbers would be allocated at each change
  let next = HEADER + 5;

  /**
   * Returns 1 if the code lies in the upper part of the range, above `bound`, and narrows the range to that
   * part.
   */
  const narrow = (bound: number): number => {
    const one = coder[CODE] >= bound ? 1 : 0;
    coder[RANGE] = one ? coder[RANGE] - bound : bound;
    if (one) coder[CODE] -= bound;
    if (coder[RANGE] < 0x1000000) {
      coder[RANGE] <<= 8;
      coder[CODE] = (coder[CODE] << 8) | packed[next++];
    }
    return one;
  };
  const bit = (at: number): number => {
    const probability = probabilities[at];
    const one = narrow((coder[RANGE] >>> 11) * probability);
    probabilities[at] += one ? -(probability >> 5) : (2048 - probability) >> 5;
    return one;
  };
  /** Reads a number of `bits` bits, the highest first. */
  const tree = (at: number, bits: number): number => {
    let node = 1;
    while (node < 1 << bits) node = 2 * node + bit(at + node);
    return node - (1 << bits);
  };
  /** Reads a number of `bits` bits, the lowest first. */
  const reverseTree = (at: number, bits: number): number => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const one = bit(at + node);
      node = 2 * node + one;
      value += one << i;
    }
    return value;
  };
  /** Reads bits without statistics. */
  const plain = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      coder[RANGE] &= -2; // both halves have the same size
      value = 2 * value + narrow(coder[RANGE] / 2);
    }
    return value;
  };
  const readLength = (at: number, position: number): number => {
    if (bit(at) === 0) return 2 + tree(at + 2 + position * 8, 3);
    if (bit(at + 1) === 0) return 10 + tree(at + LENGTH_MIDDLE + position * 8, 3);
    return 18 + tree(at + LENGTH_HIGH, 8);
  };
  const readDistance = (length: number): number => {
    const slot = tree(SLOTS + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot + 1;
    const bits = (slot >> 1) - 1;
    const base = (2 + (slot & 1)) << bits;
    if (slot < 14) return base + reverseTree(SPECIAL + base - slot, bits) + 1;
    return base + plain(bits - 4) * 16 + reverseTree(ALIGN, 4) + 1;
  };
  /**
   * Reads a literal. `matched` is the byte that would continue the last copy; the literal is probably another
   * byte.
   */
  const readLiteral = (at: number, matched: number | undefined): number => {
    let symbol = 1;
    for (let shift = 7; matched !== undefined && shift >= 0; shift--) {
      const expected = (matched >> shift) & 1;
      const one = bit(at + ((1 + expected) << 8) + symbol);
      symbol = 2 * symbol + one;
      if (one !== expected) break;
    }
    while (symbol < 256) symbol = 2 * symbol + bit(at + symbol);
    return symbol - 256;
  };

  let state = 0; // the kinds of the last packets: below 7 the last one was a literal
  let recent = [1, 1, 1, 1]; // the last distances
  let to = 0;
  while (to < output.length) {
    const position = to % POSITIONS;
    if (bit(IS_MATCH + state * POSITIONS + position) === 0) {
      const at = LITERALS + (output[to - 1] >> 5) * LITERAL;
      output[to] = readLiteral(at, state < 7 ? undefined : output[to - recent[0]]);
      to++;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let length = 1;
    if (bit(IS_REP + state) === 0) {
      length = readLength(LENGTH, position);
      recent = [readDistance(length), ...recent.slice(0, 3)];
      state = state < 7 ? 7 : 10;
    } else {
      // a distance that was used before moves to the front
      let which = 0;
      let isLong = true;
      if (bit(IS_REP_G0 + state) === 1) which = 1 + (bit(IS_REP_G1 + state) && 1 + bit(IS_REP_G2 + state));
      else isLong = bit(IS_REP0_LONG + state * POSITIONS + position) === 1;
      recent.unshift(...recent.splice(which, 1));
      if (isLong) length = readLength(REP_LENGTH, position);
      state = (isLong ? 8 : 9) + (state < 7 ? 0 : isLong ? 3 : 2);
    }
    for (const end = to + length; to < end; to++) output[to] = output[to - recent[0]];
  }
  return output;
}
