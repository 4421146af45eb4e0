/** In: a command and how many shards. Out: what the folder of its results holds, and the scripts that run there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { writeWhole } from '../../common/files/writer.js';
import { InvalidInput, type Problem } from '../../common/problems.js';

/** What runs the shards. */
export const ENGINES = ['local', 'parallel', 'slurm'] as const;
export type Engine = (typeof ENGINES)[number];

/** A command that has shards. */
interface Sharded {
  /** Option that says how many cores a shard takes; undefined where it takes one anyway. */
  readonly jobs?: string;
  /** Option that names a folder which shards write into besides their results. */
  readonly folder?: string;
}

const SHARDED: Readonly<Record<string, Sharded>> = {
  capture: { jobs: '--threads' },
  compare: { jobs: '--threads' },
  cosim: {},
  evaluate: { jobs: '--threads' },
  faults: {},
  montecarlo: { jobs: '--workers' },
  qualify: { jobs: '--jobs' },
  sweep: { jobs: '--jobs', folder: '--packages' },
};
/** Options that the scripts give themselves, or that would hide what a shard says. */
const OWN = ['--shard', '-o', '--output', '--json', '--quiet', '--min-score'];
/** Most shards: a file each. */
export const MOST_SHARDS = 100_000;

const FORMAT = 'imcgen campaign 1';
const FILE = 'campaign.json';

const planSchema = z.strictObject({
  format: z.literal(FORMAT),
  command: z.array(z.string()).min(1),
  shards: z.int().min(1).max(MOST_SHARDS),
  engine: z.enum(ENGINES),
  jobs: z.array(z.string().regex(/^\d+$/)),
});

/** A command cut into shards, as `campaign.json` of the folder of its results keeps it. */
export interface SubmitPlan {
  /** The command and its options, without `imcgen`. */
  readonly command: readonly string[];
  readonly shards: number;
  readonly engine: Engine;
  /** Slurm jobs that ran for it, the last one last. */
  readonly jobs: readonly string[];
}

/** Where things lie in the folder of the results. */
export const shardFolder = (folder: string) => path.join(folder, 'shards');
export const shardFile = (folder: string, shard: number) => path.join(shardFolder(folder), `${shard}.jsonl`);
export const logFile = (folder: string, shard: number) => path.join(folder, 'logs', `${shard}.log`);
export const scriptFile = (folder: string) => path.join(folder, 'shard.sh');
export const arrayFile = (folder: string) => path.join(folder, 'array.sbatch');

/**
 * Checks a command that is to be cut into shards.
 *
 * @throws InvalidInput for a command without shards, or with options that the shards give themselves
 */
export function submitPlan(command: readonly string[], shards: number, engine: Engine): SubmitPlan {
  const [name = ''] = command;
  const problems: Problem[] = [];
  if (!Object.hasOwn(SHARDED, name)) {
    const message = `${JSON.stringify(name)} is no command that has shards`;
    problems.push({
      file: 'command',
      path: '',
      message,
      fix: `There is ${Object.keys(SHARDED).join(', ')}.`,
    });
  }
  for (const word of command) {
    if (OWN.includes(word.replace(/=.*/, ''))) {
      const message = `${word} is given to every shard by imcgen submit, or says nothing there`;
      problems.push({ file: 'command', path: '', message, fix: `Leave ${word} out.` });
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return { command, shards, engine, jobs: [] };
}

/** The plan of a folder; undefined where it has none. */
export function readPlan(folder: string): SubmitPlan | undefined {
  const file = path.join(folder, FILE);
  if (!existsSync(file)) return undefined;
  try {
    const { format: _, ...plan } = planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return plan;
  } catch {
    const message = 'is not as imcgen submit wrote it';
    throw new InvalidInput([{ file, path: '', message, fix: 'Submit into another folder.' }]);
  }
}

/**
 * Writes the plan and its scripts; shards that are there from before stay, and those that still fit are not run again.
 *
 * @throws InvalidInput where the folder is of another command, or cannot be written
 */
export function writePlan(folder: string, plan: SubmitPlan, scripts: Readonly<Record<string, string>>): void {
  const before = readPlan(folder);
  const same = (a: SubmitPlan) => JSON.stringify([a.command, a.shards]);
  if (before !== undefined && same(before) !== same(plan)) {
    const message = `holds results of ${before.shards} shards of: imcgen ${before.command.join(' ')}`;
    throw new InvalidInput([{ file: folder, path: '', message, fix: 'Name another folder with -o.' }]);
  }
  for (const [name, text] of Object.entries(scripts)) writeWhole(path.join(folder, name), text);
  savePlan(folder, plan);
}

export function savePlan(folder: string, plan: SubmitPlan): void {
  writeWhole(path.join(folder, FILE), `${JSON.stringify({ format: FORMAT, ...plan }, null, 2)}\n`);
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const isOption = (word: string, option: string | undefined) => word.replace(/=.*/, '') === option;

/** The command of a shard: shards run side by side, so that one takes one core, unless the command says otherwise. */
function ofOneShard(command: readonly string[]): string[] {
  const { jobs } = SHARDED[command[0]!]!;
  const told = jobs === undefined || command.some((word) => isOption(word, jobs));
  return told ? [...command] : [...command, jobs, '1'];
}

/** The command of a shard that leaves nothing behind: what it writes besides its results goes into a folder of its own. */
export function trialCommand(command: readonly string[], scratch: string): string[] {
  const { folder } = SHARDED[command[0]!]!;
  const words = ofOneShard(command);
  if (folder === undefined) return words;
  const kept = words.filter((word, at) => !isOption(word, folder) && words[at - 1] !== folder);
  return [...kept, folder, scratch];
}

/** Runs one shard: `sh <folder>/shard.sh 3`. */
export function shardScript(folder: string, { command, shards }: SubmitPlan): string {
  const words = ofOneShard(command).map(quoted).join(' ');
  return `#!/bin/sh
# One shard of: imcgen ${command.map(quoted).join(' ')}
# From the folder in which imcgen submit ran: sh ${quoted(scriptFile(folder))} <shard in 0..${shards - 1}>
set -eu
shard=$1
exec "\${IMCGEN:-imcgen}" ${words} --shard "$shard/${shards}" -o ${quoted(shardFolder(folder))}/"$shard.jsonl"
`;
}
