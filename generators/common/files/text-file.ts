/** A text file to be written. */
export interface TextFile {
  /** Relative to a folder, with forward slashes. */
  readonly path: string;
  /** Its content, UTF-8 once it is written. */
  readonly text: string;
}

/** A file to be written, of text or of bytes. */
export interface NewFile {
  /** Relative to a folder, with forward slashes. */
  readonly path: string;
  /** Its content. */
  readonly text: string | Uint8Array;
}

/** Texts by the paths of their files. */
export type Files = ReadonlyMap<string, string>;
