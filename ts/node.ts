/** The entry "bptt/node": what only Node has, files. It holds no network and no wasm. */

export { writeFileAtomic, type FileAddress } from "./node/write-file.js";
