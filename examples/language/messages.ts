import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Languages of the classes, in their order: those of the messages of TypeScript that are written in Latin letters. */
export const LANGUAGES = ['cs', 'de', 'es', 'fr', 'it', 'pl', 'pt-br', 'tr'] as const;

/** Tokens of a sample: one that stands for the sample, then pairs of letters. */
export const LENGTH = 16;
const CHARACTERS = ' abcdefghijklmnopqrstuvwxyz';
/** Of a sample, and the place whose result is classified. */
const START = 0;
/** Number of the first pair. */
const FIRST = 1;
export const VOCABULARY = FIRST + CHARACTERS.length ** 2;

/** Messages that are held out, of each language. */
const HELD_OUT = 250;
/** One message in so many is kept apart from training. */
const APART = 5;

/** Samples and the numbers of their languages. */
export interface Samples {
  /** `[count, LENGTH]`. */
  readonly tokens: Uint16Array;
  readonly labels: Uint8Array;
}

/**
 * Pieces of the compiler's messages, split by message: a message is held out in all languages or in none, so no
 * translation of what is tested was trained on. Letters have lost their accents, which would tell most languages by themselves.
 */
export function readMessages(): { readonly training: Samples; readonly heldOut: Samples } {
  const messages = LANGUAGES.map(messagesOf);
  const keys = Object.keys(messages[0]!).filter((key) => messages.every((each) => each[key] !== undefined));
  const pieces = (key: string) => messages.map((each) => piecesOf(plain(each[key]!)));
  const apart = keys.filter((key) => numberOf(key) % APART === 0).map(pieces);
  const tested = apart.filter((each) => each.every(({ length }) => length > 0)).slice(0, HELD_OUT);
  if (tested.length < HELD_OUT) throw new Error(`${tested.length} messages are long enough, not ${HELD_OUT}`);
  const trained = keys.filter((key) => numberOf(key) % APART !== 0).map(pieces);
  return {
    training: samples(trained.flatMap((each) => each.flatMap((list, label) => labelled(list, label)))),
    // In turn, so that the first samples are of all languages.
    heldOut: samples(tested.flatMap((each) => each.flatMap(([first], label) => labelled([first!], label)))),
  };
}

function messagesOf(language: string): Readonly<Record<string, string>> {
  const compiler = path.dirname(createRequire(import.meta.url).resolve('typescript'));
  return JSON.parse(readFileSync(path.join(compiler, language, 'diagnosticMessages.generated.json'), 'utf8'));
}

/** Keys end in the number of the message. */
function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('_') + 1));
}

/** Words alone: without what is quoted, which is code, without accents and signs. */
function plain(message: string): string {
  return message
    .replace(/\{\d+\}|'[^']*'|"[^"]*"|„[^”]*”|«[^»]*»|“[^”]*”/g, ' ')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .replace(/ł/g, 'l')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z]+/g, ' ')
    .trim();
}

/** Whole pieces of a text, one behind the other. */
function piecesOf(text: string): string[] {
  const size = 2 * (LENGTH - 1);
  return Array.from({ length: Math.floor(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
}

function labelled(list: readonly string[], label: number): { piece: string; label: number }[] {
  return list.map((piece) => ({ piece, label }));
}

function samples(list: readonly { readonly piece: string; readonly label: number }[]): Samples {
  const tokens = list.flatMap(({ piece }) => [START, ...(piece.match(/../g) ?? []).map(tokenOf)]);
  return { tokens: Uint16Array.from(tokens), labels: Uint8Array.from(list, ({ label }) => label) };
}

function tokenOf(pair: string): number {
  const [first, second] = [...pair].map((letter) => CHARACTERS.indexOf(letter));
  return FIRST + CHARACTERS.length * first! + second!;
}
