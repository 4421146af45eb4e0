import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { failure, InvalidInput, type Problem, type Result, success } from '../../common/problems.js';
import { runTool } from '../../common/tool.js';
import type { PackageFile } from '../../package/text/contribution.js';

/** One stage of a timing path: what drives it, and when its output has settled. */
export interface Stage {
  /** `u_registers/_274_/Y`, or a port. */
  readonly pin: string;
  /** Library cell; `in` for a port. */
  readonly cell: string;
  /** Of the cell and the net that it drives, ns. */
  readonly delayNs: number;
  readonly net: string | undefined;
}

/** A path of static timing, from clock edge to clock edge. */
export interface TimingPath {
  readonly start: string;
  readonly end: string;
  /** Time spent outside the macro before it begins; 0 for one that begins at a register. */
  readonly outsideNs: number;
  readonly stages: readonly Stage[];
  readonly arrivalNs: number;
  readonly requiredNs: number;
}

/** What static timing says of a netlist. */
export interface Timing {
  readonly targetNs: number;
  /** Worst slack at the target clock, ns; below 0: violated. */
  readonly setupSlackNs: number;
  readonly holdSlackNs: number;
  /** Shortest clock period that closes, ns; what surrounds the macro keeps its share of it. */
  readonly shortestNs: number;
  /** The path with the worst setup slack. */
  readonly critical: TimingPath;
  /** All that the analyser printed. */
  readonly text: string;
}

export interface TimingRun {
  /** Folders as in a package: netlist, constraints, script, Liberty of the cells and of the analog macro. */
  readonly files: readonly PackageFile[];
  readonly script: string;
  /** Liberty file of the cells. */
  readonly liberty: string;
  /** Outputs and pins that no path leads to. */
  readonly constant: readonly string[];
}

/**
 * Runs OpenSTA.
 *
 * @throws MissingTool where `sta` is not installed
 * @throws InvalidInput where it complains: it ends with 0 after errors
 */
export async function analyseTiming(run: TimingRun, signal: AbortSignal | undefined): Promise<Timing> {
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-sta-'));
  try {
    for (const { path: file, text } of run.files) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const args = ['-no_splash', '-exit', run.script];
    const { output } = await runTool('sta', args, signal, {
      cwd: folder,
      env: { LIBERTY: run.liberty },
    });
    const timing = readTiming(output, run);
    if (!timing.ok) throw new InvalidInput(timing.problems);
    return timing.value;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Reads what the script of a package makes OpenSTA print. */
export function readTiming(
  text: string,
  { script: file, liberty, constant }: Pick<TimingRun, 'script' | 'liberty' | 'constant'>,
): Result<Timing> {
  // Remarks on other people's libraries, and ends of paths that are none.
  const harmless = (line: string, more: readonly string[]) =>
    line.startsWith(`Warning: ${liberty}, line `) ||
    (/unconstrained endpoint/.test(line) && more.every((end) => constant.includes(end)));
  const lines = text.split('\n');
  const complaints = lines.flatMap((line, at): Problem[] => {
    if (!/^(Error|Warning): /.test(line)) return [];
    const end = lines.findIndex((next, index) => index > at && !next.startsWith('  '));
    const more = lines.slice(at + 1, end).map((name) => name.trim());
    const message = `OpenSTA: ${[line, ...more].join(' ')}`;
    return harmless(line, more) ? [] : [{ file, path: '', message }];
  });
  if (complaints.length > 0) return failure(...complaints);
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const critical = readPath(text);
  const numbers = {
    targetNs: value('target_ns'),
    setupSlackNs: value('setup_slack_ns'),
    holdSlackNs: value('hold_slack_ns'),
    shortestNs: value('shortest_ns'),
  };
  if (critical === undefined || Object.values(numbers).some(Number.isNaN)) {
    return failure({ file, path: '', message: `OpenSTA did not get through it:\n${text.trim()}` });
  }
  return success({ ...numbers, critical, text });
}

/** The first path that is printed. */
function readPath(text: string): TimingPath | undefined {
  const start = /^Startpoint: (\S+)/m.exec(text)?.[1];
  const end = /^Endpoint: (\S+)/m.exec(text)?.[1];
  const from = text.indexOf('Startpoint:');
  const body = text.slice(from, text.indexOf('slack (', from)).split('\n');
  const arrival = body.findIndex((line) => /data arrival time$/.test(line));
  if (start === undefined || end === undefined || arrival < 0) return undefined;
  const stages: Stage[] = [];
  let outsideNs = 0;
  for (const line of body.slice(0, arrival)) {
    const [, delay, , pin, cell] = /^ *(-?[\d.]+) +(-?[\d.]+) [v^] (\S+) \((\S+)\)$/.exec(line) ?? [];
    const net = /^ *\d+ +(\S+) \(net\)$/.exec(line)?.[1];
    const outside = /^ *(-?[\d.]+) +-?[\d.]+ [v^] input external delay$/.exec(line)?.[1];
    if (outside !== undefined) outsideNs = Number(outside);
    else if (pin !== undefined) stages.push({ pin, cell: cell!, delayNs: Number(delay), net: undefined });
    else if (net !== undefined && stages.length > 0) stages.push({ ...stages.pop()!, net });
  }
  const number = (line: string | undefined) => Number(/(-?[\d.]+) +data/.exec(line ?? '')?.[1]);
  return {
    start,
    end,
    outsideNs,
    stages,
    arrivalNs: number(body[arrival]),
    requiredNs: number(body.find((line) => /data required time$/.test(line))),
  };
}
