// Reads the header of a safetensors file: eight bytes with its length, then JSON.

/** Returns its tensors as "name (shape)", sorted by name. */
export function layoutOf(file: Uint8Array): string[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const header = new TextDecoder().decode(file.subarray(8, 8 + Number(view.getBigUint64(0, true))));
  const { __metadata__: _, ...tensors } = JSON.parse(header) as Record<string, { shape: number[] }>;
  return Object.entries(tensors)
    .map(([name, { shape }]) => `${name} (${shape.join(", ")})`)
    .sort();
}
