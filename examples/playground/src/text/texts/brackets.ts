/**
 * Nested brackets around lower-case letters, generated and the same at each call: a text that requires
 * counting.
 */

import { random } from "../../../../adding/sequences.js";

const PAIRS = ["()", "[]", "{}"] as const;
const LETTERS = "abc";
const LINES = 600;
const DEEPEST = 5;

export function brackets(): string {
  const coin = random(7);
  const pick = <T>(from: ArrayLike<T>) => from[Math.floor(coin() * from.length)]!;
  const part = (depth: number): string => {
    if (depth >= DEEPEST || coin() < 0.45) return pick(LETTERS);
    const [open, close] = pick(PAIRS);
    const inside = Array.from({ length: 1 + Math.floor(coin() * 3) }, () => part(depth + 1));
    return `${open}${inside.join("")}${close}`;
  };
  const line = () => {
    const [open, close] = pick(PAIRS);
    return `${open}${part(1)}${part(1)}${part(1)}${close}\n`;
  };
  return Array.from({ length: LINES }, line).join("");
}
