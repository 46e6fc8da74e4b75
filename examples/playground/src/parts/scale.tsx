/** What the colours of a heat map mean: its scale, from end to end. */

import type { MapKind } from "./colour-map.js";
import "./heat-map.css";

/** @param of what the numbers are */
export function Scale({ of: what, scale, kind = "signed" }: { of?: string; scale: number; kind?: MapKind }) {
  return (
    <div class={`scale ${kind === "size" ? "much" : ""}`}>
      {what && <span class="what">{what}</span>}
      <span>{kind === "signed" ? `−${scale}` : "0"}</span>
      <i />
      <span>{kind === "signed" ? `+${scale}` : scale}</span>
    </div>
  );
}
