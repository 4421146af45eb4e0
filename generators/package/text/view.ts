/** All that a template may ask for: strings and whole numbers, every choice already made. */
export type View = Readonly<Record<string, unknown>>;
