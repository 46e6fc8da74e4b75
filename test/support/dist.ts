/** The built library, for tests that need it instead of the sources. The import bundles it when the sources changed. Node only. */

import { inProject } from "../../scripts/setup/paths.mjs";
import { setUpLibrary } from "../../scripts/setup/steps.mjs";

await setUpLibrary();

/** A path in `dist`. */
export const inDist = (...parts: string[]): string => inProject("dist", ...parts);
