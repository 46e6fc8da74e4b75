/**
 * Reads texts and models from files and from standard input, which has the name "-".
 *
 * A text is UTF-8, with or without a byte order mark. The line ends CR LF are read as LF, so that a text is
 * the same on every system. Other content is refused: bytes that are not UTF-8, UTF-16, and the character
 * NUL.
 */

import { constants } from "node:buffer";
import { readFile } from "node:fs/promises";
import { Failure, fileFailure, UsageError } from "./failure.js";
import { fileSize, grouped } from "./report/format.js";

/** The name of "-" in messages. */
const STANDARD_INPUT = "standard input";

/** Returns a file's name in messages. */
export function nameOf(path: string): string {
  return path === "-" ? STANDARD_INPUT : path;
}

/** Reads the bytes of a file or of standard input. */
export async function readBytes(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    if (path !== "-") return await readFile(path);
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    throw fileFailure(nameOf(path), error);
  }
}

/** Reads the text of a file or of standard input. An empty text is refused. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  const text = decode(bytes, nameOf(path));
  if (text === "") throw new Failure(`${nameOf(path)}: expected a text, received an empty file`);
  return text;
}

/** Reads several files and concatenates their texts. */
export async function readTexts(paths: readonly string[]): Promise<string> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("expected standard input once, received -, -");
  const texts: string[] = [];
  for (const path of paths) texts.push(await readText(path));
  return texts.join("");
}

/** Returns the lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Returns the numbers of these lines in the text, from 1. */
export function lineNumbersOf(text: string): number[] {
  return text.split("\n").flatMap((line, k) => (line === "" ? [] : [k + 1]));
}

function decode(bytes: Buffer, name: string): string {
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) {
    throw new Failure(`${name}: expected a text in UTF-8, received one in UTF-16`);
  }
  const at = bytes.indexOf(0);
  if (at >= 0) throw new Failure(`${name}: expected a text, received a binary file (byte ${at} is 0)`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(withoutCarriageReturns(bytes)); // also drops the byte order mark
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new Failure(`${name}: expected a text in UTF-8, received other bytes`);
    const most = grouped(constants.MAX_STRING_LENGTH);
    throw new Failure(
      `${name}: expected a text of at most ${most} characters, received ${fileSize(bytes.length)}`,
    );
  }
}

/** Replaces CR LF by LF in place. */
function withoutCarriageReturns(bytes: Buffer): Buffer {
  let to = bytes.indexOf("\r\n");
  if (to < 0) return bytes;
  for (let from = to; from < bytes.length; from++) {
    if (bytes[from] === 0x0d && bytes[from + 1] === 0x0a) continue;
    bytes[to++] = bytes[from];
  }
  return bytes.subarray(0, to);
}

function startsWith(bytes: Buffer, head: readonly number[]): boolean {
  return head.every((byte, i) => bytes[i] === byte);
}
