/**
 * Tests 100 000 damaged files: each is read, or refused with a RangeError that gives the reason, at once, and
 * without memory that exceeds the file's size.
 */

import { expect, it } from "vitest";
import { isCheckError, type CheckError } from "../../ts/base/errors.js";
import { readFloats } from "../../ts/file/dtype.js";
import { decodeModel, encodeModel } from "../../ts/file/model-file.js";
import { parseSafetensors } from "../../ts/file/safetensors.js";
import golden from "../golden/safetensors.json" with { type: "json" };
import { fromBase64 } from "../support/files.js";
import { CONFIGS, randomParameters } from "../support/models.js";
import { seeded, type Random } from "../support/random.js";

const MUTATIONS = 100_000;

const models = [0, 9, 13, 30].map((k) => encodeModel({ config: CONFIGS[k]!, parameters: randomParameters(CONFIGS[k]!, k) })); // prettier-ignore
const seeds = [...golden.good.map(({ base64 }) => fromBase64(base64)), ...models];
/** Pieces to insert into the header: its syntax, and numbers that break counts. */
const PIECES = [
  ...[
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-",
    "-0",
    "0",
    "1e9",
    ".5",
    " ",
  ],
  ...[
    "9007199254740993",
    "18446744073709551616",
    "4294967296",
    '"a":',
    '"shape":[]',
    '"dtype":"F64"',
    '"F16"',
    '"I64"',
  ],
  ...[
    "__metadata__",
    "__proto__",
    '"bptt.version":"1"',
    "rnn.weight_ih_l0",
    "_l9",
    "_reverse",
    "[[[[",
    "\ufeff",
    "\0",
  ],
].map((text) => new TextEncoder().encode(text));

function mutate(file: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const below = (n: number) => Math.floor(random() * n);
  const header = Math.min(8 + new DataView(file.buffer).getUint32(0, true), file.length);
  const inHeader = () => 8 + below(Math.max(header - 8, 1));
  const splice = (at: number, remove: number, insert: ArrayLike<number>, mend: boolean) => {
    const changed = new Uint8Array(Math.max(file.length - remove, 0) + insert.length);
    changed.set(file.subarray(0, at));
    changed.set(insert, at);
    changed.set(file.subarray(at + remove), at + insert.length);
    // a header with a corrected length gets further than one that is cut
    if (mend)
      new DataView(changed.buffer).setUint32(0, Math.max(header - 8 + insert.length - remove, 0), true);
    return changed;
  };
  const copy = file.slice();
  switch (below(8)) {
    case 0: {
      // a bit, in the header or in the data
      const at = random() < 0.5 ? inHeader() : header + below(copy.length - header);
      if (at < copy.length) copy[at]! ^= 1 << below(8);
      return copy;
    }
    case 1: // a digit of the header becomes another
      for (let tries = 0; tries < 20; tries++) {
        const at = inHeader();
        if (copy[at]! >= 48 && copy[at]! <= 57) {
          copy[at] = 48 + below(10);
          break;
        }
      }
      return copy;
    case 2: // another length of the header
      copy[below(8)] = random() < 0.5 ? 255 : below(256);
      return copy;
    case 3: // the end is missing
      return copy.subarray(0, below(copy.length + 1));
    case 4: {
      // a piece of the header is taken out
      const at = inHeader();
      return splice(at, Math.min(1 + below(12), header - at), [], random() < 0.8);
    }
    case 5: // a piece is inserted
      return splice(inHeader(), 0, PIECES[below(PIECES.length)]!, random() < 0.8);
    case 6: {
      // a piece of the header is repeated
      const from = inHeader();
      return splice(
        inHeader(),
        0,
        file.subarray(from, Math.min(from + 1 + below(80), header)),
        random() < 0.8,
      );
    }
    default: // bytes after the end
      return splice(file.length, 0, new Uint8Array(1 + below(16)), false);
  }
}

it("each is read or refused", () => {
  const random = seeded(20260);
  let refused = 0;
  let read = 0;
  let models = 0;
  const reasons = new Set<string>();
  for (let k = 0; k < MUTATIONS; k++) {
    let file = seeds[k % seeds.length]!;
    for (let times = 1 + Math.floor(random() * 3); times > 0 && file.length >= 8; times--)
      file = mutate(file.slice(), random);
    try {
      const { tensors } = parseSafetensors(file);
      let bytes = 0;
      for (const [name, tensor] of tensors) {
        if (tensor.bytes.buffer !== file.buffer) expect.fail("a copy");
        bytes += tensor.bytes.length;
        if (/^(C64|F4|F6_|F8_)/.test(tensor.dtype)) continue; // types that are recognized but not read
        const { data, shape } = readFloats(tensor, name);
        if (data.length !== shape.reduce((a, n) => a * n, 1)) expect.fail(`${name}: ${data.length} values`);
      }
      if (bytes > file.length) expect.fail(`${bytes} bytes of tensors in a file of ${file.length}`);
      read++;
    } catch (error) {
      const { expected, received, hint } = check(error, ["bytes"]);
      if (hint !== "the file is not valid safetensors") throw error;
      reasons.add(`${expected}, ${received}`.replace(/"(\\.|[^"\\])*"…?|[\d.e+]+/g, "*").slice(0, 80));
      refused++;
    }
    try {
      const { parameters } = decodeModel(file, { cell: "tanh" });
      let values = 0;
      for (const { data } of Object.values(parameters)) values += data.length;
      if (values > 4 * file.length) expect.fail(`${values} values in a file of ${file.length} bytes`);
      models++;
    } catch (error) {
      check(error, ["bytes", "cell", "prefix"]);
    }
  }
  // many of each kind, and many reasons, show that the damage reaches past the first check
  expect(refused + read).toBe(MUTATIONS);
  expect(read).toBeGreaterThan(MUTATIONS / 20);
  expect(models).toBeGreaterThan(MUTATIONS / 300);
  expect(reasons.size).toBeGreaterThan(30);
});

/** Returns `error` if it is a RangeError about one of these arguments. */
function check(error: unknown, names: readonly string[]): CheckError {
  if (!(error instanceof RangeError) || !isCheckError(error) || error.message.length >= 400) throw error;
  if (!names.includes(String(error.path[0]))) throw error;
  return error;
}
