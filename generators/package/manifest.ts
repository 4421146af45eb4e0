import { createHash } from 'node:crypto';

/** What `manifest.json` says. */
export interface Manifest {
  /** `imcgen 1.2.3`. */
  readonly tool: string;
  /** Name of the macro. */
  readonly macro: string;
  /** sha256 of config and levels, in hexadecimal. */
  readonly config: string;
  /** sha256 of every other file, by path, sorted. */
  readonly files: Readonly<Record<string, string>>;
}

export const MANIFEST = 'manifest.json';

/** A relative path of plain names: nothing that a config or a manifest says can leave the folder. */
export const SAFE_PATH = /^(?!.*(^|\/)\.)[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

/** As the manifest has it: hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
