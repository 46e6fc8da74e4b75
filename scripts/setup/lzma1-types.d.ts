/** Of lzma1, what the set-up uses; its own types are sources that another compiler is strict with. */
export function compress(
  data: Uint8Array | ArrayBuffer,
  mode?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9,
): Int8Array<ArrayBuffer>;
