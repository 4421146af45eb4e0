import { escaped } from './svg.js';

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

/** Marks text of this tool's own as markup; nothing of a config may be in it that was not escaped. */
export function markup(text: string): Markup {
  return { markup: text };
}

/** Text in which `` `name` `` is code. */
export function prose(text: string): Markup {
  return markup(escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>'));
}

/** What {@link inHtml} makes of a view. */
export type Html<T> = T extends Markup
  ? string
  : T extends string | number | boolean
    ? T
    : { readonly [K in keyof T]: Html<T[K]> };

/** A view with every text escaped but those that are markup: names of layers and licences may hold any character. */
export function inHtml<T>(value: T): Html<T> {
  if (typeof value === 'string') return escaped(value) as Html<T>;
  if (typeof value !== 'object' || value === null) return value as Html<T>;
  if ('markup' in value) return value.markup as Html<T>;
  if (Array.isArray(value)) return value.map(inHtml) as Html<T>;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inHtml(inner)])) as Html<T>;
}
