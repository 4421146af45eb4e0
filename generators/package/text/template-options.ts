/** How all templates are compiled: text as it is, and an error for what the view lacks. */
export const TEMPLATE_OPTIONS = {
  ...{ noEscape: true, strict: true, assumeObjects: false },
  // No helper but those of Handlebars: a name is a value of the view, and half as much code looks it up.
  knownHelpersOnly: true,
} as const;
