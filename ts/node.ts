/**
 * The entry "bptt/node": functions for files, which exist in Node only. It contains no network and no wasm.
 */

export type { FileAddress } from "./node/file-address.js";
export { lockFile, type FileLock } from "./node/lock.js";
export { writeFileAtomic, writeFilesAtomic } from "./node/write-file.js";
