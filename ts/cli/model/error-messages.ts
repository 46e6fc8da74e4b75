/** Converts errors of the library about a model file to errors of the command line. */

import { Failure, UsageError } from "../failure.js";
import { onCommandLine, type Contents } from "../flags.js";
import { inFile } from "../places.js";

/** Returns the failure for an error of the library about the file `name`. Other errors are thrown again. */
export function modelFailure(name: string, error: unknown): Failure {
  const told = onCommandLine(error, contentsOf(name));
  if (told instanceof UsageError && told !== error) return new UsageError(`${told.message} (${name})`);
  if (told instanceof Failure) return told;
  if (!(told instanceof Error)) throw told;
  return new Failure(`${name}: ${told.message}`, 1, { cause: error });
}

/** Creates the usage error for a file that contains weights but no description of their network. */
export function weightsAlone(name: string): UsageError {
  return new UsageError(
    `${name}: it contains only weights; expected --cell, and --layers and --bidirectional if they are not 1 and no`,
  );
}

/** Returns the places of a file, its model and its weights, by the library's names for them. */
function contentsOf(name: string): Contents {
  const place = inFile(name);
  return {
    ...{ bytes: place, file: place, model: place, network: place, weights: place },
    // the layers of a model's topology; a wrong --layers is refused when it is read
    layers: (keys) => place(["layers", ...keys]),
  };
}
