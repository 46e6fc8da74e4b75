/**
 * UTF-8 conversion for engines without `TextDecoder` and `TextEncoder`, such as Jest's jsdom environment.
 * The engine's classes are used if they exist.
 */
import { typeError } from "./errors.js";

/**
 * Decodes UTF-8 bytes and drops a byte order mark.
 *
 * @param fatal if true, invalid bytes are an error; otherwise they are read as U+FFFD
 * @throws TypeError when `fatal` is true and the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, fatal = false): string {
  if (typeof TextDecoder === "function") return new TextDecoder("utf-8", { fatal }).decode(bytes);
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i++];
    const more =
      first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    let code = more > 0 ? first & (0x3f >> more) : first;
    // the second byte has a narrower range, which excludes overlong forms, surrogates and code points above
    // U+10FFFF
    let least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    let most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    let left = more;
    for (; left > 0 && bytes[i] >= least && bytes[i] <= most; left--) {
      code = (code << 6) | (bytes[i++] & 0x3f);
      [least, most] = [0x80, 0xbf];
    }
    if (left !== 0 && fatal) throw typeError(["bytes", i - 1], "UTF-8", `byte ${bytes[i - 1]}`);
    text += String.fromCodePoint(left === 0 ? code : 0xfffd);
  }
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Encodes a text as UTF-8. Half a surrogate pair is written as U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  if (typeof TextEncoder === "function") return new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    const more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes.push(more === 0 ? code : ((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more)));
    for (let k = more - 1; k >= 0; k--) bytes.push(0x80 | ((code >> (6 * k)) & 0x3f));
  }
  return Uint8Array.from(bytes);
}
