/** The text that settings mean: one that ships, fetched when it is chosen, or one's own. */

import { useEffect, useState } from "preact/hooks";
import type { TextSettings } from "./settings.js";
import { TEXTS } from "./texts.js";

export type LoadedText =
  | { state: "ready"; text: string }
  | { state: "loading" }
  /** One's own, of which the link says only that there was one. */
  | { state: "missing" }
  | { state: "failed"; reason: string };

/** @param long one's own, where it is too long for the link */
export function useText({ text: name, own }: TextSettings, long: string): LoadedText {
  const [loaded, setLoaded] = useState<Partial<Record<string, LoadedText>>>({});
  useEffect(() => {
    if (name === "own" || loaded[name]?.state === "ready") return;
    const put = (text: LoadedText) => setLoaded((all) => ({ ...all, [name]: text }));
    put({ state: "loading" });
    TEXTS[name].load().then(
      (text) => put({ state: "ready", text }),
      () => put({ state: "failed", reason: `${TEXTS[name].title} could not be loaded. Is there a network?` }),
    );
  }, [name]);
  if (name !== "own") return loaded[name] ?? { state: "loading" };
  const text = own || long;
  return text === "" ? { state: "missing" } : { state: "ready", text };
}
