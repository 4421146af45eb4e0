import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import { CONFIG_TYPES } from '../../../examples/config-types-text.js';
import type { MacroConfigInput } from '../../../generators/macro/config/input-types.js';
import type { levelsSchema } from '../../../generators/macro/config/levels.js';
import type { macroSchema } from '../../../generators/macro/config/macro.js';
import type { Levels, MacroConfig } from '../../../generators/macro/config/types.js';

describe('interfaces of configs and levels', () => {
  it.each(Object.entries(CONFIG_TYPES))('%s is made from the schema', (file, text) => {
    expect(readFileSync(file, 'utf8'), `${file} is out of date; run: npm run schemas`).toBe(text);
  });

  // `npm run check` compiles these lines, which is what holds them.
  it('have the fields of the schemas and no others', () => {
    expectTypeOf<z.output<typeof macroSchema>>().toEqualTypeOf<MacroConfig>();
    expectTypeOf<z.input<typeof macroSchema>>().toEqualTypeOf<MacroConfigInput>();
    expectTypeOf<z.output<typeof levelsSchema>>().toEqualTypeOf<Levels>();
  });
});
