import { countsInUse, registerAddress, sizeInUse, TRIM_ROW_BASE } from '../../macro/plan/addresses.js';
import { packedColumns, packedRows } from '../../macro/plan/packed-words.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import {
  type DescribedField,
  type DescribedRegion,
  describedFields,
  describedRegion,
  REGISTER_TEXTS,
} from '../../macro/plan/register-texts.js';
import { resetWord } from '../../macro/plan/register-words.js';
import {
  type BitField,
  maskOf,
  REGIONS,
  REGISTERS,
  type RegionName,
  regionsOf,
  registersOf,
} from '../../macro/plan/registers.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { parametersOf } from '../rtl/parameters.js';
import type { Contribution, PackageFile } from '../text/contribution.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';

/** A number with so many hexadecimal digits. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Regions of words that are alike. */
function arraysOf(shape: MacroShape): RegionName[] {
  return regionsOf(shape).filter((region) => region !== 'registers');
}

/** Sizes that drivers need beside the parameters of the Verilog. */
function derivedConstants(shape: MacroShape) {
  if (!shape.packedWords) return [];
  return [
    { name: 'PACKED_ROWS', value: packedRows(shape), meaning: 'rows of a word of packed inputs' },
    { name: 'PACKED_COLUMNS', value: packedColumns(shape), meaning: 'columns of a word of packed results' },
  ];
}

const ADDRESS_DIGITS = 5;

export function addressText(address: number): string {
  return `0x${hex(address, ADDRESS_DIGITS)}`;
}

/** `include/<name>_params.vh`: the shape as macros, for what instantiates or surrounds the macro. */
function parameterFile(plan: MacroPlan): PackageFile {
  const { name, shape } = plan;
  const file = `${name}_params.vh`;
  const text = render('include/params.vh', {
    header: headerLines(plan, file, 'shape of the macro, as its parameters have it', '// '),
    prefix: name.toUpperCase(),
    parameters: [...parametersOf(shape), ...derivedConstants(shape)],
  });
  return { path: `include/${file}`, text };
}

export function cField(prefix: string, field: DescribedField) {
  const name = `${prefix}_${field.name.toUpperCase()}`;
  const { access, lsb, meaning } = field;
  return {
    ...{ name, access, lsb, meaning, mask: `0x${hex(maskOf(field), 8)}u` },
    values: (field.values ?? []).map((value, number) => ({ name: `${name}_${value.toUpperCase()}`, number })),
  };
}

/** A region for C: the address of a word as a macro of its indices. */
export function cRegion(
  label: string,
  { base, strides, access, meaning, fields }: DescribedRegion,
  size: number,
) {
  const indices = Object.keys(strides);
  return {
    ...{ label, access, meaning, indices: indices.join(', '), size: `0x${size.toString(16)}` },
    sum: [
      `${addressText(base)}u`,
      ...indices.map((index) => `0x${strides[index]!.toString(16)}u * (${index})`),
    ].join(' + '),
    fields: fields.map((field) => cField(label, field)),
  };
}

/** `include/<name>_regs.h`: the address map for C. */
function cHeaderFile(plan: MacroPlan): PackageFile {
  const { name, shape } = plan;
  const file = `${name}_regs.h`;
  const prefix = name.toUpperCase();
  const text = render('include/regs.h', {
    header: headerLines(plan, file, 'addresses, registers and bits', ' * '),
    prefix,
    what: 'macro',
    parameters: [...parametersOf(shape), ...derivedConstants(shape)],
    trimRow: TRIM_ROW_BASE,
    registers: registersOf(shape).map((register) => {
      const { access } = REGISTERS[register];
      const { meaning } = REGISTER_TEXTS[register];
      const label = `${prefix}_${register.toUpperCase()}`;
      return {
        ...{ label, access, meaning, address: addressText(registerAddress(register)) },
        reset: `0x${hex(resetWord(shape, register), 8)}`,
        fields: describedFields(shape, register).map((field) => cField(label, field)),
      };
    }),
    regions: arraysOf(shape).map((region) =>
      cRegion(`${prefix}_${region.toUpperCase()}`, describedRegion(region), sizeInUse(shape, region)),
    ),
  });
  return { path: `include/${file}`, text };
}

const RDL_ACCESS = {
  ro: ['sw = r;', 'hw = w;'],
  wo: ['sw = w;', 'hw = r;'],
  rw: ['sw = rw;', 'hw = r;'],
  rw1c: ['sw = rw;', 'onwrite = woclr;', 'hw = w;'],
} as const;

/** A field of SystemRDL; `reset` undefined where a reset changes nothing. */
export function rdlField(
  field: DescribedField,
  reset: number | undefined,
  isConstant: boolean,
): { enumeration: string[]; field: string } {
  const { name, msb, lsb, meaning, values } = field;
  const width = msb - lsb + 1;
  const access = isConstant ? ['sw = r;', 'hw = na;'] : RDL_ACCESS[field.access];
  const properties = [`desc = "${meaning}";`, ...access, ...(values ? [`encode = ${name}_e;`] : [])];
  const value = reset === undefined ? '' : ` = ${width}'h${reset.toString(16)}`;
  const entries = (values ?? []).map((entry, number) => `${entry} = ${width}'d${number};`);
  return {
    enumeration: values ? [`enum ${name}_e { ${entries.join(' ')} };`] : [],
    field: `field { ${properties.join(' ')} } ${name}[${msb}:${lsb}]${value};`,
  };
}

/** Bits of a register's word that belong to a field. */
export function bitsOf(word: number, { msb, lsb }: BitField): number {
  return Math.floor(word / 2 ** lsb) % 2 ** (msb - lsb + 1);
}

/** What never changes: set by the shape. */
const CONSTANTS: readonly string[] = ['id', 'dimensions', 'format'];

export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

/** Words of a region as nested arrays: a file of registers for every index but the last. */
export function rdlRegion(
  label: string,
  { strides, meaning, fields }: DescribedRegion,
  counts: Readonly<Record<string, number>>,
  base: number,
) {
  const indices = Object.keys(counts);
  const nest = (at: number): string[] => {
    const index = indices[at]!;
    const outermost = at === 0;
    const [name, address] = outermost ? [label, addressText(base)] : [index, '0x0'];
    const tail = `} ${name}[${counts[index]}] @ ${address} += 0x${strides[index]!.toString(16)};`;
    const about = outermost ? [`desc = "${meaning}";`] : [];
    if (at < indices.length - 1) return ['regfile {', ...indented([...about, ...nest(at + 1)]), tail];
    return [
      'reg {',
      ...indented([...about, ...fields.map((field) => rdlField(field, undefined, false).field)]),
      tail,
    ];
  };
  return nest(0);
}

/** `include/<name>_regs.rdl`: the address map in SystemRDL 2.0, for what makes drivers and documents of it. */
function rdlFile(plan: MacroPlan): PackageFile {
  const { name, shape } = plan;
  const file = `${name}_regs.rdl`;
  const registers = registersOf(shape).map((register) => {
    const { meaning } = REGISTER_TEXTS[register];
    const word = resetWord(shape, register);
    const isConstant = CONSTANTS.includes(register);
    const made = describedFields(shape, register).map((field) =>
      rdlField(field, field.access === 'wo' ? undefined : bitsOf(word, field), isConstant),
    );
    return {
      name: register,
      address: addressText(registerAddress(register)),
      body: [
        `desc = "${meaning}";`,
        ...made.flatMap(({ enumeration }) => enumeration),
        ...made.map((one) => one.field),
      ],
    };
  });
  const trimBase = REGIONS.weights.base + REGIONS.weights.strides.row * TRIM_ROW_BASE;
  const trim = { ...countsInUse(shape, 'weights'), row: shape.trimRows };
  const arrays = [
    ...arraysOf(shape).map((region) =>
      rdlRegion(region, describedRegion(region), countsInUse(shape, region), REGIONS[region].base),
    ),
    ...(shape.trimRows > 0 ? [rdlRegion('trim', describedRegion('weights'), trim, trimBase)] : []),
  ];
  const text = render('include/regs.rdl', {
    header: headerLines(plan, file, 'address map in SystemRDL 2.0', '// '),
    name,
    registers,
    arrays: arrays.map((lines) => lines.join('\n    ')),
  });
  return { path: `include/${file}`, text };
}

/** What software and surrounding hardware include. */
export const INCLUDES: Contribution = {
  readme: ({ name }) => [
    { file: `\`include/${name}_params.vh\``, meaning: 'parameters as Verilog macros' },
    {
      file: `\`include/${name}_regs.h\`, \`include/${name}_regs.rdl\``,
      meaning: 'addresses, registers and bits for C, and in SystemRDL',
    },
  ],
  files: (plan) => [parameterFile(plan), cHeaderFile(plan), rdlFile(plan)],
};
