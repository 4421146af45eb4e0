import { readFileSync, statSync } from 'node:fs';
import { type Node, parseTree } from 'jsonc-parser';
import { inputName, STDIN, standardInput } from '../../common/files/input.js';
import type { Problem } from '../../common/problems.js';
import { UNKNOWN_KEY } from '../../macro/config/parse.js';
import { TERMINAL_COLUMNS } from './table.js';

/** Where in a JSON file a problem is. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** Of the first character that is meant, from 1. */
  readonly column: number;
  /** Characters of that line that are meant: 1 or more. */
  readonly length: number;
  /** The line itself. */
  readonly text: string;
}

/** Larger files are results of tools, not of people. */
const MOST_BYTES = 4_000_000;

/**
 * The place of a problem in the text of its file.
 *
 * @returns undefined where the file is not there, is no JSON, or has nothing at the problem's path
 */
export function placeOf(problem: Problem): Place | undefined {
  const text = textOf(problem.file);
  if (text === undefined) return undefined;
  const [, line, column] = /^is not JSON: line (\d+), column (\d+): /.exec(problem.message) ?? [];
  if (line !== undefined) {
    const lines = text.split(/\r?\n/);
    return { line: Number(line), column: Number(column), length: 1, text: lines[Number(line) - 1] ?? '' };
  }
  if (problem.path === '') return undefined;
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && nodeAt(root, problem.path);
  if (node === undefined || node === root) return undefined;
  const key = problem.message === UNKNOWN_KEY ? node.parent?.children?.[0] : undefined;
  return placeIn(text, key ?? node);
}

/** A place as the command line shows it below the message; no lines where there is none. */
export function placeLines(file: string, place: Place | undefined): string[] {
  if (place === undefined) return [];
  const { line, column } = place;
  const margin = String(line);
  const { text, from, length } = excerpt(place, TERMINAL_COLUMNS - margin.length - 5);
  const bar = `${' '.repeat(margin.length + 2)} |`;
  return [
    `${' '.repeat(margin.length + 1)}--> ${file}:${line}:${column}`,
    `  ${margin} | ${text}`.trimEnd(),
    `${bar} ${' '.repeat(from)}${'^'.repeat(length)}`,
  ];
}

/** What is JSON by its name; standard input stays in memory once it was read. */
function textOf(file: string): string | undefined {
  if (file === inputName(STDIN)) return standardInput().toString('utf8');
  if (!/\.jsonc?$/i.test(file)) return undefined;
  try {
    return statSync(file).size > MOST_BYTES ? undefined : readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch {
    return undefined;
  }
}

/** The value at a path, or what is there of the way to it. Keys may hold dots, as names of layers do. */
function nodeAt(root: Node, path: string): Node {
  let [node, rest] = [root, path];
  while (rest !== '') {
    const found = childOf(node, rest);
    if (found === undefined) return node;
    [node, rest] = found;
  }
  return node;
}

function childOf({ type, children = [] }: Node, path: string): [Node, string] | undefined {
  if (type === 'array') {
    const [step, ...rest] = path.split('.');
    const child = /^\d+$/.test(step!) ? children[Number(step)] : undefined;
    return child && [child, rest.join('.')];
  }
  const named = children
    .map((property) => ({ key: String(property.children?.[0]?.value), value: property.children?.[1] }))
    .filter(({ key }) => path === key || path.startsWith(`${key}.`))
    .sort((a, b) => b.key.length - a.key.length)[0];
  return named?.value && [named.value, path.slice(named.key.length + 1)];
}

function placeIn(text: string, { offset, length }: Node): Place {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const line = text.slice(start).split(/\r?\n/, 1)[0]!;
  const before = text.slice(0, start);
  return {
    line: before.split('\n').length,
    column: offset - start + 1,
    // Of an object or a list, where it begins.
    length: /[{[]/.test(text[offset]!) ? 1 : Math.min(length, line.length - (offset - start)),
    text: line,
  };
}

/** As much of a line as there is room for, around what is meant. */
function excerpt(
  { column, length, text }: Place,
  room: number,
): { text: string; from: number; length: number } {
  const plain = text.replaceAll('\t', ' ');
  const start = column - 1;
  if (plain.length <= room) return { text: plain, from: start, length };
  const meant = Math.min(length, Math.floor(room / 2));
  const first = Math.max(0, Math.min(start - Math.floor((room - meant) / 2), plain.length - room));
  const cut = plain.slice(first, first + room).split('');
  if (first > 0) cut.splice(0, 2, '.', '.');
  if (first + room < plain.length) cut.splice(-2, 2, '.', '.');
  return { text: cut.join(''), from: start - first, length: meant };
}
