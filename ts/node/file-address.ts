/** Paths of files as arguments. */

import { fileURLToPath } from "node:url";
import { expected } from "../base/check.js";

/** A path, or a `file:` URL; the DOM's types need not be there. */
export type FileAddress = string | { readonly href: string };

/** The path of an address. */
export function pathOf(path: unknown, name = "path"): string {
  if (typeof path === "string" && path !== "") return path;
  if (typeof path === "object" && path !== null && "href" in path && typeof path.href === "string") {
    if (path.href.startsWith("file:")) return fileURLToPath(path.href);
  }
  throw new TypeError(expected(name, "a path or a file: URL", path));
}
