/** How all templates are compiled: text as it is, and an error for what the view lacks. */
export const TEMPLATE_OPTIONS = { noEscape: true, strict: true, assumeObjects: false } as const;
