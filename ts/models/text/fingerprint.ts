/** The fingerprint of a text: of its ids and of where its parts end. */

import { Fingerprint } from "../shared/fingerprint.js";
import { countOf, idCount, type EncodedText } from "./encoded-text.js";

/** Returns the fingerprint of texts. */
export function fingerprint(text: EncodedText): string {
  const { ids, starts } = text;
  const count = countOf(text);
  const hash = new Fingerprint();
  hash.addNumber(count);
  for (let i = 0; i < count; i++) {
    hash.addNumber(idCount(text, i));
    hash.add(ids, starts[i], starts[i + 1]);
  }
  return hash.toString();
}
