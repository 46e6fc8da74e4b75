/** Errors of the library about a model file, on the command line. */

import { Failure, UsageError } from "../failure.js";
import { onCommandLine, type Contents } from "../flags.js";
import { inFile } from "../places.js";

/** The failure that an error of the library is, about the file `name`; whatever else it is, is thrown on. */
export function modelFailure(name: string, error: unknown): Failure {
  const told = onCommandLine(error, contentsOf(name));
  if (told instanceof UsageError && told !== error) return new UsageError(`${told.message} (${name})`);
  if (told instanceof Failure) return told;
  if (!(told instanceof Error)) throw told;
  return new Failure(`${name}: ${told.message}`, 1, { cause: error });
}

/** The usage error for a file that holds weights and nothing about their network. */
export function weightsAlone(name: string): UsageError {
  return new UsageError(
    `${name}: it holds weights alone; expected --cell, and --layers and --bidirectional where they are not 1 and no`,
  );
}

/** What the library calls the file, its model and the weights in it. */
function contentsOf(name: string): Contents {
  const place = inFile(name);
  return {
    ...{ bytes: place, file: place, model: place, network: place, weights: place },
    // those of a model's topology: a wrong --layers is refused when it is read
    layers: (keys) => place(["layers", ...keys]),
  };
}
