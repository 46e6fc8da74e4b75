/** What the colours of a heat map mean: its scale, from end to end. */

import type { MapKind } from "./colour-map.js";
import "./heat-map.css";

export function Scale({ scale, kind = "signed" }: { scale: number; kind?: MapKind }) {
  return (
    <div class={`scale ${kind === "size" ? "much" : ""}`}>
      <span>{kind === "signed" ? `−${scale}` : "0"}</span>
      <i />
      <span>{kind === "signed" ? `+${scale}` : scale}</span>
    </div>
  );
}
