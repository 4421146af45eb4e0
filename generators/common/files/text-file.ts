/** A text file to be written; the path is relative to a folder, with forward slashes. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Texts by the paths of their files. */
export type Files = ReadonlyMap<string, string>;
