/**
 * What a template can print, choose by or go through: text, numbers and yes or no, in lists and records. Anything else,
 * a value that may be missing among them, is `never`.
 */
export type Shown<T> = T extends string | number | boolean
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : T extends object
      ? { readonly [K in keyof T]: Shown<T[K]> }
      : never;
