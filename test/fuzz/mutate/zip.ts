/** Damages an archive: the content of its entries, its directory, and the size that an entry inflates to. */

import { zipSync, type Zippable } from "fflate";
import { openZip } from "../../../ts/convert/zip.js";
import type { Random } from "../../support/random.js";
import { below, pick } from "../format.js";
import { mutateBytes, NUMBERS, splice, write } from "./bytes.js";

/** @param inner damages an entry */
export function mutateZip(
  file: Uint8Array<ArrayBuffer>,
  random: Random,
  inner: (bytes: Uint8Array<ArrayBuffer>, name: string) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  switch (below(random, 6)) {
    case 0:
      return mutateBytes(file, random);
    case 1:
      return mutateDirectory(file, random);
    default:
      return mutateEntries(file, random, inner);
  }
}

function mutateEntries(
  file: Uint8Array,
  random: Random,
  inner: (bytes: Uint8Array<ArrayBuffer>, name: string) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  let entries: [string, Uint8Array][];
  try {
    const zip = openZip(file);
    entries = zip.names.map((name) => [name, zip.read(name)]);
  } catch {
    return mutateBytes(file, random);
  }
  if (entries.length === 0) return mutateBytes(file, random);
  const level = pick(random, [0, 0, 6] as const);
  const chosen = below(random, entries.length);
  const archive: Zippable = {};
  entries.forEach(([name, bytes], k) => {
    let content = bytes;
    if (k === chosen) {
      // occasionally a thousandfold expansion, otherwise damage
      content =
        below(random, 200) === 0 ? new Uint8Array(10 ** (5 + below(random, 3))) : inner(bytes.slice(), name);
    }
    archive[name] = [content, { level: content.length > 500_000 ? 6 : level }];
  });
  if (below(random, 10) === 0)
    archive[pick(random, ["arr_9.npy", "../a", "config.json", "__proto__", "x".repeat(300)])] =
      new Uint8Array(3);
  return zipSync(archive) as Uint8Array<ArrayBuffer>;
}

function mutateDirectory(file: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let copy = file.slice() as Uint8Array<ArrayBuffer>;
  const text = Buffer.from(copy.buffer);
  const entry = text.indexOf("PK\x01\x02", 0, "latin1");
  const end = text.lastIndexOf("PK\x05\x06");
  if (entry < 0 || end < entry) return mutateBytes(file, random);
  if (below(random, 4) === 0) {
    // entries again
    const directory = copy.slice(entry, end);
    const copies = pick(random, [1, 2, 100, 1000]);
    for (let k = 0; k < copies && directory.length * copies < 2_000_000; k += 1)
      copy = splice(copy, end, 0, directory);
    const at = copy.length - (file.length - end);
    write(copy, at + 10, pick(random, [copies + 1, 65535, 65534, 50_000]), 2);
    return copy;
  }
  const [place, width] = pick(random, [[entry + below(random, 46), 2], [entry + below(random, 46), 4], [end + below(random, 22), 2], [end + below(random, 22), 4]] as const); // prettier-ignore
  write(copy, place, pick(random, [...NUMBERS, copy.length, end, entry]), width);
  return copy;
}
