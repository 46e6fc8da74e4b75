/** Reads what someone drops or opens: a text, or a model; and says in plain words why not. */

/** More would be a long wait on most machines. In bytes. */
export const LARGEST_TEXT = 2_000_000;
/** In bytes; float32 weights of some 16 million parameters. */
export const LARGEST_MODEL = 64_000_000;

/** What is needed of a File. */
export type Readable = Pick<File, "name" | "size" | "arrayBuffer">;

/** @throws RangeError saying what is wrong with it */
export async function readText(file: Readable): Promise<string> {
  const bytes = await read(file, LARGEST_TEXT, "a text");
  if (isModel(bytes)) throw new RangeError(`${file.name} is a model; open it under “The model”.`);
  try {
    return cleaned(new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes));
  } catch {
    throw new RangeError(`${file.name} is not UTF-8 text. Save it as plain text in UTF-8 and try again.`);
  }
}

/** @throws RangeError saying what is wrong with it */
export async function readModel(file: Readable): Promise<Uint8Array> {
  return read(file, LARGEST_MODEL, "a model");
}

/** One kind of line end; no mark of byte order. */
export function cleaned(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

/** UTF-16 where a byte order mark says so, as some editors on Windows write it. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return "utf-8";
}

async function read(file: Readable, most: number, what: string): Promise<Uint8Array> {
  if (file.size > most)
    throw new RangeError(
      `${file.name} has ${megabytes(file.size)}; ${what} may have ${megabytes(most)} here.`,
    );
  if (file.size === 0) throw new RangeError(`${file.name} is empty.`);
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new RangeError(`${file.name} could not be read; is it a folder, or gone?`);
  }
}

/** A safetensors file: the length of its header in eight bytes, then JSON. */
function isModel(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && bytes[7] === 0 && bytes[6] === 0 && bytes[5] === 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
