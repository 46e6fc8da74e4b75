/** The text of the settings: one that ships, which is fetched when it is chosen, or the visitor's own. */

import { useEffect, useState } from "preact/hooks";
import { keep, printOf, recall } from "../store.js";
import type { TextSettings } from "./settings.js";
import { TEXTS } from "./texts.js";

export type LoadedText =
  | { state: "ready"; text: string }
  | { state: "loading" }
  /** The visitor's own text, of which the link contains only the name. */
  | { state: "missing" }
  | { state: "failed"; reason: string };

const LONG_TEXT = "text";

/** Stores a text that is too long for the link and returns its name. */
export function keepText(text: string): string {
  void keep(LONG_TEXT, text);
  return printOf(text);
}

/** @param long the visitor's own text, if it is too long for the link and was brought during this visit */
export function useText({ text: name, own, print }: TextSettings, long: string): LoadedText {
  const [loaded, setLoaded] = useState<Partial<Record<string, LoadedText>>>({});
  const needsKept = name === "own" && own === "" && long === "" && print !== "";
  const [kept, setKept] = useState<string | undefined>(); // "" if there is none
  useEffect(() => {
    if (name === "own" || loaded[name]?.state === "ready") return;
    const put = (text: LoadedText) => setLoaded((all) => ({ ...all, [name]: text }));
    put({ state: "loading" });
    TEXTS[name].load().then(
      (text) => put({ state: "ready", text }),
      () => put({ state: "failed", reason: `${TEXTS[name].title} could not be loaded. Is there a network?` }),
    );
  }, [name]);
  useEffect(() => {
    if (!needsKept) return;
    setKept(undefined);
    void recall<string>(LONG_TEXT).then((text = "") => setKept(printOf(text) === print ? text : ""));
  }, [needsKept, print]);
  if (name !== "own") return loaded[name] ?? { state: "loading" };
  if (needsKept && kept === undefined) return { state: "loading" };
  const text = own || long || (needsKept ? (kept ?? "") : "");
  return text === "" ? { state: "missing" } : { state: "ready", text };
}
