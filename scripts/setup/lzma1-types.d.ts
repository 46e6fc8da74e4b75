/**
 * The part of lzma1 that the set-up uses. The types of the package are sources that do not compile with the
 * project's settings.
 */
export function compress(
  data: Uint8Array | ArrayBuffer,
  mode?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9,
): Int8Array<ArrayBuffer>;
