/** The part of jsfive that is used here; the package brings no types. */
declare module "jsfive" {
  export class Dataset {
    readonly shape: unknown;
    readonly dtype: unknown;
    readonly value: unknown;
  }
  export class Group {
    readonly keys: unknown;
    readonly attrs: Record<string, unknown>;
    get(path: string): unknown;
  }
  export class File extends Group {
    constructor(buffer: ArrayBuffer, filename: string);
  }
}
