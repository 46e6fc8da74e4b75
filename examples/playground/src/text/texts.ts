/** The texts that ship, each in a file of its own that is loaded when it is chosen. */

/** `own` is what is pasted, dropped or opened. */
export const TEXT_NAMES = ["rhyme", "raven", "names", "brackets", "own"] as const;
export type TextName = (typeof TEXT_NAMES)[number];

export interface ShippedText {
  title: string;
  /** What it is and whose, in a line. */
  about: string;
  load(): Promise<string>;
}

export const TEXTS: Record<Exclude<TextName, "own">, ShippedText> = {
  rhyme: {
    title: "The House That Jack Built",
    about: "A nursery rhyme, England, 1755. Short, and says itself again and again: learnt in seconds.",
    load: async () => (await import("./texts/rhyme.js")).rhyme,
  },
  raven: {
    title: "The Raven",
    about: "Edgar Allan Poe, 1845: verse, refrain and rhyme.",
    load: async () => (await import("./texts/raven.js")).raven,
  },
  names: {
    title: "First names",
    about: "Of men, from Moby Word II (public domain), shuffled: the model invents new ones.",
    load: async () => (await import("./texts/names.js")).names(),
  },
  brackets: {
    title: "Nested brackets",
    about:
      "Written by a program: every bracket is closed by its own kind. Some units come to count how deep.",
    load: async () => (await import("./texts/brackets.js")).brackets(),
  },
};

export const TITLES = {
  ...Object.fromEntries(Object.entries(TEXTS).map(([name, { title }]) => [name, title])),
  own: "Your own",
} as Record<TextName, string>;
