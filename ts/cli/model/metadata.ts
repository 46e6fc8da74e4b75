/**
 * The texts beside the tensors of a safetensors file: what they say, and the same file with others. The header is
 * JSON of `length` bytes, padded with spaces to 8; texts stand under `__metadata__`.
 *
 *     u64 length, header, tensors
 *
 * Source: https://github.com/huggingface/safetensors, "Format". Only for bytes that the library has read or written.
 */

/** The texts of a file, by key. */
export type Metadata = Readonly<Record<string, string>>;

const KEY = "__metadata__";
/** What goes along into other formats: all that the library says of a model, but an unfinished run. */
const CARRIED = /^bptt\.(config|vocabulary|text|trained)($|\.)/;

/** The texts of a file. */
export function metadataOf(bytes: Uint8Array): Metadata {
  return (readHeader(bytes).header[KEY] as Metadata | undefined) ?? {};
}

/** The names of a file's tensors. */
export function tensorNamesOf(bytes: Uint8Array): string[] {
  return Object.keys(readHeader(bytes).header).filter((name) => name !== KEY);
}

/** The same file with more texts, in the order in which the library writes them. */
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

/** Those texts that mean something without the file. */
export function carried(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => CARRIED.test(key)));
}

/** Those texts in something that was read from another format; whatever else is there is left out. */
export function carriedIn(value: unknown): Metadata {
  if (typeof value !== "object" || value === null) return {};
  const texts = Object.entries(value).filter(([, text]) => typeof text === "string") as [string, string][];
  return carried(Object.fromEntries(texts));
}

/** Whether a text falls into tokens by a function of the program that made the model. */
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
