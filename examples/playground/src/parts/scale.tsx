/** The legend of a heat map's colors: its scale, with some numbers below their colors. */

import type { ColourScale } from "./colour-map.js";
import "./heat-map.css";
import { short } from "./number.js";

interface ScaleProps {
  /** The quantity. */
  of?: string;
  scale: ColourScale;
  /** Formats a number. */
  name?: (mark: number) => string;
}

export function Scale({ of: what, scale, name = short }: ScaleProps) {
  const { kind, at, marks } = scale;
  const left = (mark: number) => (kind === "signed" ? 50 * (1 + at(mark)) : 100 * at(mark));
  return (
    <div class={`scale ${kind === "size" ? "much" : ""}`}>
      {what && <span class="what">{what}</span>}
      <div class="bar">
        <i />
        {marks.map((mark) => (
          <span key={mark} style={{ left: `${left(mark)}%` }}>
            {name(mark)}
          </span>
        ))}
      </div>
    </div>
  );
}
