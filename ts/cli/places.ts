/** Places in files, as messages name them. */

import { formatPath, type Key } from "../base/errors.js";

/** The place of a value, by the keys that lead to it. */
export type DescribePlace = (keys: readonly Key[]) => string;

/** Places in a file of data. */
export function inFile(name: string): DescribePlace {
  return (keys) => (keys.length === 0 ? name : `${name}: ${formatPath(keys)}`);
}

/** Places in a text: its tokens are counted from 1. */
export function inText(name: string): DescribePlace {
  return ([token]) => (token === undefined ? name : `${name}: token ${Number(token) + 1}`);
}

/** Places in a list of texts, one a line: `lines` are the numbers of the lines from 1, and tokens are counted from 1. */
export function inLines(name: string, lines: readonly number[]): DescribePlace {
  return ([text, token]) => {
    if (text === undefined) return name;
    const line = `${name}: line ${lines[Number(text)]}`;
    return token === undefined ? line : `${line}, token ${Number(token) + 1}`;
  };
}
