/** A text with a number behind each character, as a shade under it and a line below it: dotted, where it is below zero. */

import type { ColourScale } from "../parts/colour-map.js";
import { visible } from "./characters.js";

/** A passage of more lines is written on without them. */
const MOST_LINES = 24;

export interface PassageProps {
  /** T of them. */
  characters: readonly string[];
  /** (T); NaN has no shade. */
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
