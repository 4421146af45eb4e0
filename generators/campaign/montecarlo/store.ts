/** In: records as they come. Out: a file of them, from which a later run goes on. */
import { existsSync, readFileSync } from 'node:fs';
import { writeWhole } from '../../common/files/writer.js';
import type { DieRecord } from './dies.js';

/** Least time between two times that the file is written, ms. */
const INTERVAL = 2000;
/** Writing takes at most this share of the time. */
const SHARE = 0.05;

/** Records of a study by their seeds, kept in a file: the first line has the key of the study, each other one a die. */
export class RecordStore {
  private readonly records = new Map<number, DieRecord>();
  private next = Date.now() + INTERVAL;
  private changed = false;

  /** @param file undefined: nothing is kept */
  constructor(
    private readonly file: string | undefined,
    private readonly key: string,
  ) {
    if (file === undefined || !existsSync(file)) return;
    const [head, ...lines] = readFileSync(file, 'utf8').split('\n');
    if (head !== this.head) return;
    for (const line of lines) {
      const record = parsed(line);
      if (record !== undefined) this.records.set(record.die, record);
    }
  }

  private get head(): string {
    return JSON.stringify({ study: this.key });
  }

  get(seed: number): DieRecord | undefined {
    return this.records.get(seed);
  }

  /** Adds records, and writes the file where it is time to. */
  add(records: readonly DieRecord[]): void {
    for (const record of records) this.records.set(record.die, record);
    this.changed = true;
    if (Date.now() >= this.next) this.save();
  }

  /** Writes what there is, whole. */
  save(): void {
    if (this.file === undefined || !this.changed) return;
    const begun = Date.now();
    const sorted = [...this.records.values()].sort((a, b) => a.die - b.die);
    writeWhole(this.file, `${[this.head, ...sorted.map((record) => JSON.stringify(record))].join('\n')}\n`);
    this.changed = false;
    this.next = Date.now() + Math.max(INTERVAL, (Date.now() - begun) / SHARE);
  }
}

/** A record, or undefined where somebody has cut its line: that die is simulated again. */
function parsed(line: string): DieRecord | undefined {
  try {
    return JSON.parse(line) as DieRecord;
  } catch {
    return undefined;
  }
}
