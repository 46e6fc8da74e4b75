/**
 * Highlights the parts of the picture that belong to a term of the equations and dims the others, and vice
 * versa. It works by pointer and by keyboard, and a pressed term stays highlighted.
 */

import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";

/**
 * A part of the equations: `theta` (all parameters), `x`, `W_ih`, `W_hh`, `b_h`, `h_prev`, `h`, `c`, `W_ho`,
 * `b_o`, `logits`, `p`, `loss`, `grad`, or one gate's part of a matrix: `W_ih.r`.
 */
export type Part = string;

interface Highlight {
  lit: readonly Part[];
  pinned: Part | undefined;
  /** The explanation of the highlighted term. */
  explained: string | undefined;
  point(part: Part | undefined, says?: string): void;
  pin(part: Part, says: string): void;
}

/** The parts that `theta` includes. */
const PARAMETERS: readonly Part[] = ["W_ih", "W_hh", "b_h", "b_hn", "W_ho", "b_o"];

const Context = createContext<Highlight>({
  lit: [],
  pinned: undefined,
  explained: undefined,
  point: () => {},
  pin: () => {},
});

interface Named {
  part: Part;
  says: string | undefined;
}

export function HighlightArea({ children }: { children: ComponentChildren }) {
  const [pointed, setPointed] = useState<Named>();
  const [pinned, setPinned] = useState<Named>();
  useEffect(() => {
    const release = ({ key }: KeyboardEvent) => {
      if (key !== "Escape") return;
      setPointed(undefined);
      setPinned(undefined);
    };
    addEventListener("keydown", release);
    return () => removeEventListener("keydown", release);
  }, []);
  const shown = pointed ?? pinned;
  const value = useMemo(
    () => ({
      lit: shown === undefined ? [] : shown.part === "theta" ? PARAMETERS : [shown.part],
      pinned: pinned?.part,
      explained: shown?.says ?? pinned?.says,
      point: (part: Part | undefined, says?: string) =>
        setPointed(part === undefined ? undefined : { part, says }),
      pin: (part: Part, says: string) =>
        setPinned((old) => (old?.part === part ? undefined : { part, says })),
    }),
    [shown, pinned],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useHighlight(): Highlight {
  return useContext(Context);
}

/** Returns true for a whole matrix and one gate's part of it. */
const related = (a: Part, b: Part) => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

/**
 * Returns props for an element that shows some parts: its class, and handlers that highlight the first of
 * them.
 */
export function usePart(): (...parts: Part[]) => {
  class: string;
  onPointerEnter: () => void;
  onPointerLeave: () => void;
} {
  const { lit, point } = useContext(Context);
  return (...parts) => ({
    class:
      lit.length === 0 ? "part" : lit.some((a) => parts.some((b) => related(a, b))) ? "part lit" : "part dim",
    onPointerEnter: () => point(parts[0]),
    onPointerLeave: () => point(undefined),
  });
}
