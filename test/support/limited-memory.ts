/** The module with a smaller memory: the limit that the module declares, rewritten. */

/** The pages of 64 KiB that a fresh instance needs, and the module whose memory may grow to `pages` beyond them. */
export function withMemoryLimit(bytes: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const id = bytes[at]!;
    const start = at++;
    const length = number();
    const end = at + length;
    if (id === 5) {
      at += 2; // one memory, and its flags
      const initial = number();
      const limits = [1, 1, ...leb(initial), ...leb(initial + pages)];
      return Uint8Array.of(
        ...[...bytes.subarray(0, start), 5, ...leb(limits.length), ...limits, ...bytes.subarray(end)],
      );
    }
    at = end;
  }
  throw new Error("the module has no memory of its own");
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))];
}
