/**
 * The page's address: `#gohome?word=gohome&cell=tanh&seed=1`. It contains all settings of the open tab, so
 * that a link means the same run after a default changes. They follow `#`, so that no server sees them and
 * any server works.
 */

import type { Setting } from "./setting.js";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a schema holds settings of every type
export type Schema = Record<string, Setting<any>>;
export type Settings<S extends Schema> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/**
 * The interval between writes to the browser's history. Some browsers refuse more than 100 writes in 30
 * seconds.
 */
const WRITE_MILLISECONDS = 350;

/** Returns the tab and the texts of its settings from the page's address. */
export function readLink(): { tab: string; texts: URLSearchParams } {
  const [tab = "", query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  return { tab, texts: new URLSearchParams(query) };
}

/** Returns the settings of the texts. A text that is not valid gives a complaint and the initial value. */
export function readSettings<S extends Schema>(schema: S, texts: URLSearchParams) {
  const complaints: string[] = [];
  const entries = Object.entries(schema).map(([name, setting]) => {
    const text = texts.get(name);
    if (text === null) return [name, setting.initial];
    const value: unknown = setting.parse(text);
    if (value !== undefined) return [name, value];
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    complaints.push(
      `${name}=${shown} in the link is not ${setting.expected}; ${setting.format(setting.initial)} is used.`,
    );
    return [name, setting.initial];
  });
  return { settings: Object.fromEntries(entries) as Settings<S>, complaints };
}

/** Returns `#tab?name=text&…` with every setting of the schema in order. */
export function linkTo<S extends Schema>(tab: string, schema: S, settings: Settings<S>): string {
  const texts = new URLSearchParams();
  for (const [name, setting] of Object.entries(schema)) texts.set(name, setting.format(settings[name]));
  return `#${tab}?${texts}`;
}

let waiting: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Writes a link to the address bar after a short delay; of several links in that time only the newest is
 * written.
 */
export function writeLink(link: string): void {
  waiting = link;
  timer ??= setTimeout(flushLink, WRITE_MILLISECONDS);
}

/** Writes a waiting link to the address bar now. */
export function flushLink(): void {
  clearTimeout(timer);
  timer = undefined;
  if (waiting !== undefined) history.replaceState(null, "", waiting);
  waiting = undefined;
}
