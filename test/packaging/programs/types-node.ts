// Uses the types of "bptt/node", without those of Node or the DOM. Compiled only.

import { writeFileAtomic, type FileAddress } from "bptt/node";

const address: FileAddress = { href: "file:///tmp/model.safetensors" };
export const written: Promise<void>[] = [
  writeFileAtomic(address, new Uint8Array(1)),
  writeFileAtomic("model.safetensors", new ArrayBuffer(1)),
];

// @ts-expect-error bytes, not text
void writeFileAtomic("model.safetensors", "text");
