import type { Markup } from './markup.js';

/*
 * What a page says, as data: sections of sentences, tables and figures. Writers make HTML, Markdown and JSON of it, so
 * that all three say the same.
 */

/** A name as it stands in a file: set as code. */
export interface Code {
  readonly code: string;
}

/** A sentence or more. Text is text, whatever characters it holds. */
export type Prose = string | readonly (string | Code)[];

/** A number and how it is printed; no value where there is none, or where the text says more than one. */
export interface Numeral {
  readonly value: number | undefined;
  readonly text: string;
}

export type Cell = string | Numeral;

/** A column of a table. */
export interface Column {
  /** What machines call it: a word of letters, unique in its table. */
  readonly key: string;
  readonly title: string;
  /** Numbers stand to the right. */
  readonly numbers?: boolean;
  /** Names as they stand in files. */
  readonly code?: boolean;
  /** Says what a row is. */
  readonly head?: boolean;
}

/** Rows of a table below a line of their own. */
export interface Group {
  readonly title: string;
  readonly rows: readonly (readonly Cell[])[];
}

/** A table; each row has a cell for every column. */
export interface Table {
  readonly kind: 'table';
  /** What machines call it. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** In the place of rows. */
  readonly groups?: readonly Group[];
  /** As wide as its contents, not as the page. */
  readonly dense?: boolean;
  /** The caption is for who does not see the page; what stands around the table says it. */
  readonly quiet?: boolean;
  /** Can be folded. */
  readonly folded?: { readonly summary: string; readonly open: boolean };
}

/** A picture. */
export interface Figure {
  readonly kind: 'figure';
  /** What it is, in a few words, of a picture that scrolls where it has no room; empty for one that shrinks. */
  readonly scrolls: string;
  readonly caption: Prose;
  /** SVG whose label says what it shows. */
  readonly svg: Markup;
}

/** Names and what is said of each. */
export interface Terms {
  readonly kind: 'terms';
  readonly entries: readonly (readonly [term: string, meaning: Prose])[];
}

/** A part of a section, below a heading of its own. */
export interface Part {
  readonly kind: 'part';
  readonly title: Prose;
  /** In small letters behind the title. */
  readonly note?: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly text: Prose }
  | { readonly kind: 'notice'; readonly text: Prose }
  | { readonly kind: 'pair'; readonly figures: readonly Figure[] }
  /** A picture without a caption: what stands around it says what it is. */
  | { readonly kind: 'drawing'; readonly label: string; readonly svg: Markup }
  | Table
  | Figure
  | Terms
  | Part
  /** What only a browser can show. */
  | { readonly kind: 'screen'; readonly html: Markup };

export interface Section {
  /** What links and machines call it. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Only a browser can show it: other writers leave it out. */
  readonly screenOnly?: boolean;
}

/** A figure at the head of a page. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

/** A whole page. */
export interface Document {
  /** What machines call the kind of page. */
  readonly report: 'macro' | 'macros' | 'network';
  /** The same for people: a line above the title. */
  readonly kind: string;
  readonly title: string;
  /** Of the window. */
  readonly windowTitle: string;
  /** Where it comes from: lines of a comment. */
  readonly header: readonly string[];
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
}

export const code = (name: string): Code => ({ code: name });
export const text = (words: Prose): Block => ({ kind: 'text', text: words });
export const terms = (...entries: Terms['entries']): Terms => ({ kind: 'terms', entries });

/** Text of this tool's own in which `` `name` `` is code. */
export function ticked(words: string): Prose {
  return words.split('`').map((part, at) => (at % 2 === 1 ? code(part) : part));
}

/** No number. */
export const NONE: Numeral = { value: undefined, text: '' };

/** The words of a sentence without what sets them off. */
export function plainText(words: Prose): string {
  if (typeof words === 'string') return words;
  return words.map((part) => (typeof part === 'string' ? part : part.code)).join('');
}
