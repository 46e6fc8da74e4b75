/** Reads a dropped or opened file, a text or a model, with plain error messages. */

/** Largest size of a text in bytes. A larger one would take long on most machines. */
export const LARGEST_TEXT = 2_000_000;
/** Largest size of a model in bytes: float32 weights of some 16 million parameters. */
export const LARGEST_MODEL = 64_000_000;

/** The part of a File that is used here. */
export type Readable = Pick<File, "name" | "size" | "arrayBuffer">;

/** @throws RangeError with the reason why it cannot be read */
export async function readText(file: Readable): Promise<string> {
  const bytes = await read(file, LARGEST_TEXT, "a text");
  if (isModel(bytes)) throw new RangeError(`${file.name} is a model; open it under “The model”.`);
  try {
    return cleaned(new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RangeError(`${file.name} is not UTF-8 text. Save it as plain text in UTF-8 and try again.`, {
      cause,
    });
  }
}

/** @throws RangeError with the reason why it cannot be read */
export async function readModel(file: Readable): Promise<Uint8Array> {
  return read(file, LARGEST_MODEL, "a model");
}

/** Returns the text with one kind of line end and without a byte order mark. */
export function cleaned(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

/** Returns UTF-16 if there is its byte order mark, which some editors on Windows write. */
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
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`${file.name} could not be read: ${reason}`, { cause });
  }
}

/** Returns true for a safetensors file: eight bytes with the length of its header, then JSON. */
function isModel(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && bytes[7] === 0 && bytes[6] === 0 && bytes[5] === 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
