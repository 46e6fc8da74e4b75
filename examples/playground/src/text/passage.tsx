/**
 * A text with a number for each character, shown as a background color and an underline, which is dotted for
 * negative numbers.
 */

import type { ColourScale } from "../parts/colour-map.js";
import { visible } from "./characters.js";

/** A longer passage is shown without its line ends. */
const MOST_LINES = 24;

export interface PassageProps {
  /** The T characters. */
  characters: readonly string[];
  /** The values (T); NaN has no color. */
  values: Float32Array;
  scale: ColourScale;
}

export function Passage({ characters, values, scale }: PassageProps) {
  const breaks = characters.filter((c) => c === "\n").length <= MOST_LINES;
  return (
    <p class={`passage ${scale.kind}`}>
      {characters.map((c, t) => {
        const share = Math.round(100 * scale.at(values[t]!)) || 0;
        return (
          <>
            <span class={share < 0 ? "below" : "above"} style={`--share: ${Math.abs(share)}%`}>
              {c === " " ? " " : visible(c)}
            </span>
            {c === "\n" && breaks && <br />}
          </>
        );
      })}
    </p>
  );
}
