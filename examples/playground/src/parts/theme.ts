/** The design tokens, for code that paints on a canvas. It reads them again when the theme changes. */

import { useEffect, useState } from "preact/hooks";

/** Returns the value of a token: `token("--ink")`. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export type Rgb = readonly [number, number, number];

/** Returns a token that is a color `#rrggbb`. */
export function rgb(name: string): Rgb {
  const value = Number.parseInt(token(name).slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Returns a number that changes with the theme, for the dependencies of effects. */
export function useTheme(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const follow = () => setCount((n) => n + 1);
    addEventListener("themechange", follow);
    return () => removeEventListener("themechange", follow);
  }, []);
  return count;
}
