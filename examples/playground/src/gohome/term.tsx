/**
 * Symbols of formulas, such as `W_ih` and `h_{t−1}`, in typographic form. A term can be pointed at, focused
 * and pressed.
 */

import { useHighlight, type Part } from "./highlight.js";

/** A name with its subscript. */
export function Name({
  of: name,
  sub,
  gate,
}: {
  of: string;
  sub?: string | undefined;
  gate?: string | undefined;
}) {
  return (
    <>
      <i>{name}</i>
      {sub && <sub>{sub}</sub>}
      {gate && <sup>{gate}</sup>}
    </>
  );
}

interface TermProps {
  part: Part;
  of: string;
  sub?: string;
  /** The gate whose columns of a matrix are meant. */
  gate?: string | undefined;
  says: string;
}

export function Term({ part, of: name, sub, gate, says }: TermProps) {
  const { lit, pinned, point, pin } = useHighlight();
  const isLit = lit.some((on) => on === part || part.startsWith(`${on}.`));
  return (
    <button
      type="button"
      class={`term ${isLit ? "lit" : ""}`}
      aria-pressed={pinned === part}
      title={says}
      onPointerEnter={() => point(part, says)}
      onPointerLeave={() => point(undefined)}
      onFocus={() => point(part, says)}
      onBlur={() => point(undefined)}
      onClick={() => pin(part, says)}
    >
      <Name of={name} sub={sub} gate={gate} />
    </button>
  );
}
