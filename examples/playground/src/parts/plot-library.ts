/**
 * Loads uPlot when the first chart needs it, so that a failure of the chart library affects only the charts.
 */

import type uPlot from "uplot";

export type Plot = typeof uPlot;

/** @throws any error of uPlot while it loads, or an error when its file cannot be fetched */
export async function loadPlot(): Promise<Plot> {
  const restore = replaceInvalidLanguage();
  try {
    return (await import("uplot")).default;
  } finally {
    restore();
  }
}

/**
 * uPlot passes `navigator.language` to `Intl.NumberFormat` while it loads. Browsers under a POSIX locale
 * report "C" there, which is not a language tag, and `Intl.NumberFormat` throws. The charts format their
 * numbers themselves, so English is good enough.
 */
function replaceInvalidLanguage(): () => void {
  try {
    Intl.getCanonicalLocales(navigator.language);
    return () => {};
  } catch {
    const own = Object.getOwnPropertyDescriptor(navigator, "language");
    Object.defineProperty(navigator, "language", { value: "en", configurable: true });
    return () => {
      Reflect.deleteProperty(navigator, "language"); // the browser's property is on the prototype
      if (own) Object.defineProperty(navigator, "language", own);
    };
  }
}
