/**
 * A tab's settings: read from the link when the page opens or the link changes, and written to it when they
 * change.
 */

import { useEffect, useState } from "preact/hooks";
import { linkTo, readLink, readSettings, writeLink, type Schema, type Settings } from "./link.js";

export interface LiveSettings<S extends Schema> {
  settings: Settings<S>;
  /** Changes some of them. */
  change(some: Partial<Settings<S>>): void;
  /** The parts of a link that could not be read. */
  complaints: readonly string[];
  /** Increments with every link that was followed, after which a tab starts again. */
  visit: number;
}

/**
 * @param tab the id of the tab
 * @param schema the settings by their names in the link; the same object every time
 * @param active true if the tab is open
 */
export function useSettings<S extends Schema>(tab: string, schema: S, active: boolean): LiveSettings<S> {
  const read = () => {
    const link = readLink();
    return readSettings(schema, link.tab === tab ? link.texts : new URLSearchParams());
  };
  const [state, setState] = useState(() => ({ ...read(), visit: 0 }));

  useEffect(() => {
    const follow = () => {
      const link = readLink();
      // a tab's button leads to its bare name, and "back" to an earlier state; the settings are then kept
      if (link.tab !== tab || link.texts.size === 0) return;
      const now = read();
      const same = (settings: Settings<S>) =>
        linkTo(tab, schema, settings) === linkTo(tab, schema, now.settings);
      setState((old) => (same(old.settings) ? { ...old, ...now } : { ...now, visit: old.visit + 1 }));
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  useEffect(() => {
    if (active) writeLink(linkTo(tab, schema, state.settings));
  }, [active, state.settings]);

  const change = (some: Partial<Settings<S>>) =>
    setState((old) => ({
      ...old,
      settings: { ...old.settings, ...some },
      complaints: Object.keys(some).every((name) => name === "step") ? old.complaints : [], // not handled yet
    }));
  return { ...state, change };
}
