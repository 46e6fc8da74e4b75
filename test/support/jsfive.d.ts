/** The part of jsfive that tests use; the package brings no types. */
declare module "jsfive" {
  export class File {
    readonly attrs: Record<string, unknown>;
    constructor(buffer: ArrayBuffer, filename: string);
    get(path: string): unknown;
  }
}
