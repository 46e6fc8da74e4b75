/**
 * Reads and replaces the texts of a safetensors file. Its header is JSON of `length` bytes, padded with
 * spaces to a multiple of 8; the texts are under `__metadata__`.
 *
 *     u64 length, header, tensors
 *
 * Source: https://github.com/huggingface/safetensors, "Format". It is only for bytes that the library has
 * read or written.
 */

/** The texts of a file, by key. */
export type Metadata = Readonly<Record<string, string>>;

const KEY = "__metadata__";
/** Matches the texts that are copied to other formats: everything about a model except an unfinished run. */
const CARRIED = /^bptt\.(config|vocabulary|text|trained)($|\.)/;

/** Returns the texts of a file. */
export function metadataOf(bytes: Uint8Array): Metadata {
  return (readHeader(bytes).header[KEY] as Metadata | undefined) ?? {};
}

/** Returns the names of a file's tensors. */
export function tensorNamesOf(bytes: Uint8Array): string[] {
  return Object.keys(readHeader(bytes).header).filter((name) => name !== KEY);
}

/** Returns the same file with more texts, in the order in which the library writes them. */
export function withMetadata(bytes: Uint8Array, more: Metadata): Uint8Array<ArrayBuffer> {
  const { header, end } = readHeader(bytes);
  const all = Object.entries({ ...metadataOf(bytes), ...more }).sort(([a], [b]) => (a < b ? -1 : 1));
  const json = new TextEncoder().encode(JSON.stringify({ ...header, [KEY]: Object.fromEntries(all) }));
  const length = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + length + bytes.length - end).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(json, 8);
  file.set(bytes.subarray(end), 8 + length);
  return file;
}

/** Returns the texts that are valid outside of the file. */
export function carried(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => CARRIED.test(key)));
}

/** Returns those texts from a value that was read from another format. Everything else is ignored. */
export function carriedIn(value: unknown): Metadata {
  if (typeof value !== "object" || value === null) return {};
  const texts = Object.entries(value).filter(([, text]) => typeof text === "string") as [string, string][];
  return carried(Object.fromEntries(texts));
}

/** Returns true if texts are split by a function of the program that made the model. */
export function hasOwnRule(metadata: Metadata): boolean {
  return metadata["bptt.text.state"]?.includes('"tokens":"function"') ?? false;
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; end: number } {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const end = 8 + Number(length);
  return {
    header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, end))) as Record<string, unknown>,
    end,
  };
}
