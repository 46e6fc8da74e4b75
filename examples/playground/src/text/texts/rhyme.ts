/** "This Is the House That Jack Built", a nursery rhyme of the eighteenth century. */

/** The verses, each of which precedes the previous ones. */
const VERSES = [
  "the malt\nthat lay in",
  "the rat\nthat ate",
  "the cat\nthat killed",
  "the dog\nthat worried",
  "the cow with the crumpled horn\nthat tossed",
  "the maiden all forlorn\nthat milked",
  "the man all tattered and torn\nthat kissed",
  "the priest all shaven and shorn\nthat married",
  "the cock that crowed in the morn\nthat waked",
  "the farmer sowing his corn\nthat kept",
  "the horse and the hound and the horn\nthat belonged to",
];

const verse = (count: number) =>
  `${["This is", ...VERSES.slice(0, count).reverse(), "the house that Jack built."].join(" ")}\n`;

export const rhyme = Array.from({ length: VERSES.length + 1 }, (_, count) => verse(count)).join("\n");
