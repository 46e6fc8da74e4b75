/** The entry "bptt/node": what only Node has, files. It holds no network and no wasm. */

export type { FileAddress } from "./node/file-address.js";
export { lockFile, type FileLock } from "./node/lock.js";
export { writeFileAtomic, writeFilesAtomic } from "./node/write-file.js";
