/** Paths of files as arguments. */

import { fileURLToPath } from "node:url";
import { typeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";

/** A path or a `file:` URL. The DOM's types are not needed. */
export type FileAddress = string | { readonly href: string };

/** Returns the path of an address. `place` is for errors. */
export function pathOf(path: unknown, place: Path = "path"): string {
  if (typeof path === "string" && path !== "") return path;
  if (typeof path === "object" && path !== null && "href" in path && typeof path.href === "string") {
    if (path.href.startsWith("file:")) return fileURLToPath(path.href);
  }
  throw typeError(place, "a path or a file: URL", show(path));
}
