// The words that the project does not use, because no engineer would say them to a colleague.

/** @type {readonly { word: RegExp, instead: string }[]} */
export const WORDS = [
  { word: /\b(go|goes|going|gone|went) on(?! (the|a|an|top|to|this|that)\b)/i, instead: 'say "continue"' },
  { word: /\banew\b/i, instead: 'say "again"' },
  { word: /\bbehind\b/i, instead: 'say "after", or name the place' },
  {
    word: /\bof (one's|its|his|her|their|the [a-z]+'s|a [a-z]+'s) own\b(?! [a-z])/i,
    instead: 'say "own", "separate" or "custom"',
  },
  { word: /\b(who|what|which)(so)?ever\b/i, instead: 'name the subject, or say "any"' },
  { word: /\b(is|are|was|were|be) told\b/i, instead: 'say "receives", "knows" or "is given"' },
  { word: /\bcome by\b/i, instead: 'say "found", "made" or "loaded"' },
  { word: /\bto the bit\b/i, instead: 'say "bit-identical"' },
  { word: /\bof late\b/i, instead: 'say "recent"' },
  { word: /\bstands\b(?! for\b)/i, instead: 'say "is"' },
  { word: /\b(it|run|clock|which|that|and) rests\b/i, instead: 'say "pauses" or "is paused"' },
];

/** Matches the beginning of a docstring that is a relative clause. */
export const DOCSTRING_START = /^(What|Where|Who|Whose|Whether)\b/;

/** Sentences that may use such a word. */
export const EXCEPTIONS = [{ file: "scripts/words/words.mjs", text: "" }];
