import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { unwritable } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { InvalidInput } from '../../common/problems.js';
import { npyStart } from '../../levels/calibrate/npy.js';

/** A tensor of the float model, and the file that it goes into. */
export interface Captured {
  readonly tensor: string;
  /** Name in the folder. */
  readonly file: string;
}

/** A file that is written. */
export interface CapturedFile extends Captured {
  /** Images first. */
  readonly shape: readonly number[];
}

/** What of a capture is done, kept beside its files. */
interface State {
  readonly key: string;
  readonly images: number;
  readonly done: number;
  readonly files: readonly CapturedFile[];
}

const STATE = 'capture.json';
/** Files have their names when they are whole. */
const PART = '.part';

/** Values of some images. */
export interface Piece extends Captured {
  readonly data: Float32Array;
  /** Images first. */
  readonly dims: readonly number[];
}

/** The files of a capture, written piece by piece. Each piece has its place, so that one may be written again. */
export class CaptureFolder {
  private state: State;
  private readonly open = new Map<string, { readonly descriptor: number; readonly start: number }>();

  /** @param key of the content: a folder of another key begins anew */
  constructor(
    private readonly folder: string,
    key: string,
    images: number,
  ) {
    const fresh: State = { key, images, done: 0, files: [] };
    const found = this.read();
    this.state = found?.key === key && this.hasFiles(found) ? found : fresh;
  }

  /** Images that are written. */
  get done(): number {
    return this.state.done;
  }

  /** Whether all files have their names. */
  get complete(): boolean {
    const { done, images, files } = this.state;
    return done === images && files.every(({ file }) => existsSync(this.at(file)));
  }

  get files(): readonly CapturedFile[] {
    return this.state.files;
  }

  /**
   * Writes pieces of the images from `first` on.
   *
   * @throws InvalidInput where that is not possible
   */
  add(first: number, count: number, pieces: readonly Piece[]): void {
    const { images } = this.state;
    // What lies there of another key is no longer to be gone on with.
    if (this.state.done === 0) this.keep(this.state);
    const files = pieces.map(({ tensor, file, dims }) => ({
      tensor,
      file,
      shape: [images, ...dims.slice(1)],
    }));
    for (const [at, { data }] of pieces.entries()) {
      const { file, shape } = files[at]!;
      this.wrapped(file, () => {
        const { descriptor, start } = this.opened(file, shape);
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        const from = start + (first * data.byteLength) / count;
        for (let done = 0; done < bytes.length; ) {
          done += writeSync(descriptor, bytes, done, bytes.length - done, from + done);
        }
      });
    }
    this.keep({ ...this.state, done: first + count, files });
  }

  /** Gives the files their names. */
  finish(): void {
    this.close();
    for (const { file } of this.state.files) {
      const part = this.at(file + PART);
      this.wrapped(file, () => existsSync(part) && renameSync(part, this.at(file)));
    }
  }

  close(): void {
    for (const { descriptor } of this.open.values()) closeSync(descriptor);
    this.open.clear();
  }

  private opened(file: string, shape: readonly number[]) {
    const known = this.open.get(file);
    if (known !== undefined) return known;
    mkdirSync(this.folder, { recursive: true });
    const name = this.at(file + PART);
    const header = npyStart('<f4', shape, false);
    const descriptor = openSync(name, this.state.done > 0 ? 'r+' : 'w');
    writeSync(descriptor, header, 0, header.length, 0);
    const opened = { descriptor, start: header.length };
    this.open.set(file, opened);
    return opened;
  }

  private at(file: string): string {
    return path.join(this.folder, file);
  }

  private keep(state: State): void {
    this.state = state;
    writeWhole(this.at(STATE), `${JSON.stringify(state, null, 2)}\n`);
  }

  private read(): State | undefined {
    try {
      return JSON.parse(readFileSync(this.at(STATE), 'utf8')) as State;
    } catch {
      // None there, or none that can be read: all is captured.
      return undefined;
    }
  }

  private hasFiles({ done, images, files }: State): boolean {
    const named = (file: string) => done === images && existsSync(this.at(file));
    return files.every(({ file }) => existsSync(this.at(file + PART)) || named(file));
  }

  private wrapped(file: string, write: () => unknown): void {
    try {
      write();
    } catch (error) {
      throw new InvalidInput([unwritable(this.at(file), error)]);
    }
  }
}
