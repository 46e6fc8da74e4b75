/** Formats places in files for messages. */

import { formatPath, type Key } from "../base/errors.js";

/** Returns the place of a value from the keys that lead to it. */
export type DescribePlace = (keys: readonly Key[]) => string;

/** Returns places in a file of data. */
export function inFile(name: string): DescribePlace {
  return (keys) => (keys.length === 0 ? name : `${name}: ${formatPath(keys)}`);
}

/** Returns places in a text, whose tokens are counted from 1. */
export function inText(name: string): DescribePlace {
  return ([token]) => (token === undefined ? name : `${name}: token ${Number(token) + 1}`);
}

/**
 * Returns places in a list of texts, one per line: `lines` are the numbers of the lines from 1, and tokens
 * are counted from 1.
 */
export function inLines(name: string, lines: readonly number[]): DescribePlace {
  return ([text, token]) => {
    if (text === undefined) return name;
    const line = `${name}: line ${lines[Number(text)]}`;
    return token === undefined ? line : `${line}, token ${Number(token) + 1}`;
  };
}
