import { referencePage } from '../generators/macro/config/reference-page.js';

const INTRO = `# Config reference: macro.json

This page is made from the schema that validates a config (\`npm run docs\`); do not edit it by hand.

\`macro.json\` describes one macro. Comments and trailing commas are allowed. \`imcgen init\` writes a config in which every key
carries what this page says of it. Editors complete and check a config by its \`"$schema"\`: \`imcgen schema macro\` prints the
JSON Schema, and [schemas/](../schemas/macro.schema.json) has it as a file. Rules between several values, such as capacities, are checked by
\`imcgen check\`, which prints every broken rule with a change that helps.

**Units.** One unit discharge, u, is what one conducting cell takes off its bitline in one pulse. All analog quantities are whole
numbers of u. A sum of a column stands for an activation: \`activation = inputScale * weightScale * mac\`. A table entry stands
for \`activation = outputScale * entry\`. In the tables below, n is the number of magnitude bits of an input: \`input.bits\`, less
one where inputs are signed.

**Marks** tell how sure a default is: S stated by a public source, 2 second-hand, I inferred by this project, F field practice. A
default without a mark is F.
`;

/** docs/config.md as it should be. */
export function configPage(): string {
  return referencePage('macro', INTRO);
}
