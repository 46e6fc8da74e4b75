// Made-up texts and batches, the same each time: what is measured must not hang on chance.

const WORDS =
  "the of and a to in that it his was but with as is for all this not from by him so be one there now had you at upon which " +
  "whale ship sea captain old great boat white head long over still such down more little round good would could when what " +
  "ångström café – “ay” ; 1851";

/** Integers below a bound, from a 32-bit linear congruential generator. @param {number} seed */
export function integers(seed) {
  let x = seed | 0;
  return (/** @type {number} */ below) => {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    return (x >>> 8) % below;
  };
}

/** A text of so many characters, with some 40 different ones. @param {number} length @param {number} [seed] */
export function text(length, seed = 1) {
  const draw = integers(seed);
  const words = WORDS.split(" ");
  const parts = [];
  for (let size = 0; size < length;) {
    const word = `${words[draw(words.length)]}${draw(12) === 0 ? ".\n" : " "}`;
    parts.push(word);
    size += word.length;
  }
  return parts.join("").slice(0, length);
}

/**
 * Batches of ids.
 * @param {number} count
 * @param {{ B: number, T: number | readonly number[], V: number }} shape of several T each batch has one
 */
export function batches(count, { B, T, V }) {
  const draw = integers(7);
  const lengths = typeof T === "number" ? [T] : T;
  return Array.from({ length: count }, () => {
    const time = lengths[draw(lengths.length)] ?? 1;
    const ids = () => Array.from({ length: B }, () => Int32Array.from({ length: time }, () => draw(V)));
    return { inputs: ids(), targets: ids() };
  });
}
