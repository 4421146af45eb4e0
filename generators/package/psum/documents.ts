import type { PsumPlan } from '../../macro/psum/plan.js';
import { beatsOf, fieldBytes, LATENCY } from '../../macro/psum/plan.js';
import {
  PSUM_CONSTANTS,
  PSUM_REGISTER_NAMES,
  PSUM_REGISTERS,
  type PsumRegionName,
  psumAddress,
  psumCounts,
  psumRegions,
  psumResetWord,
} from '../../macro/psum/registers.js';
import {
  addressText,
  bitsOf,
  cField,
  cRegion,
  hex,
  rdlField,
  rdlRegion,
} from '../documents/register-files.js';
import { BUSES } from '../rtl/bus-ports.js';
import type { PackageFile } from '../text/contribution.js';
import { openingLines } from '../text/header.js';
import { render } from '../text/render.js';
import { originOf, psumParameters, psumView } from './view.js';

/** The package's files by kind, as its README lists them. */
function contents(name: string) {
  return [
    { file: '`rtl/`', meaning: `synthesizable Verilog; top level \`${name}\`` },
    { file: `\`${name}.f\``, meaning: 'file list of rtl' },
    {
      file: `\`include/${name}_regs.h\`, \`include/${name}_regs.rdl\``,
      meaning: 'addresses, registers and bits for C, and in SystemRDL',
    },
    { file: `\`tb/${name}_tb.v\`, \`vectors/\``, meaning: 'self-checking testbench and what it plays' },
    { file: '`formal/`', meaning: 'what is proved of it, as Verilog, and a Yosys script for each proof' },
    {
      file: `\`syn/${name}.ys\`, \`syn/${name}.sdc\`, \`syn/${name}_sta.tcl\``,
      meaning: 'synthesis with Yosys; timing constraints; static timing with OpenSTA',
    },
    {
      file: '`syn/generic_cells.lib`, `.v`',
      meaning: 'cells without a technology to map to, and their simulation models',
    },
    { file: '`docs/registers.md`', meaning: 'address map, registers, error bits' },
    { file: '`config.resolved.json`', meaning: 'what this package was generated from' },
    { file: '`manifest.json`', meaning: 'sha256 of every file' },
  ];
}

function readme(plan: PsumPlan): string {
  const { shape, config, name } = plan;
  const { pace, refusal } = BUSES[config.bus];
  const kind = (signed: boolean) => (signed ? "two's complement" : 'unsigned');
  return render('psum/readme.md', {
    ...psumView(plan),
    resultKind: kind(shape.resultSigned),
    valueKind: kind(shape.valueSigned),
    valueBytes: fieldBytes(shape.valueBits),
    passFields: beatsOf(shape) * shape.lanes,
    resultExtension: shape.resultSigned ? 'sign-extended' : 'zero-extended',
    latency: LATENCY,
    busPace: pace,
    busRefusal: refusal,
    contents: contents(name),
  });
}

const REGION_NAMES: readonly PsumRegionName[] = ['weights', 'scales', 'biases'];

/** Bytes of the words in use. */
function sizeOf({ shape }: PsumPlan, region: PsumRegionName): number {
  return 4 * Object.values(psumCounts(shape, region)).reduce((product, count) => product * count, 1);
}

function registersPage(plan: PsumPlan): string {
  const { shape, config } = plan;
  const regions = psumRegions(shape);
  const span = ({ msb, lsb }: { msb: number; lsb: number }) => (msb === lsb ? `${msb}` : `${msb}:${lsb}`);
  const bitRows = (register: string, fields: Parameters<typeof cField>[1][]) =>
    fields.map((field) => ({ register, bits: span(field), ...field }));
  return render('psum/registers.md', {
    name: plan.name,
    busRefusal: BUSES[config.bus].refusal,
    weightBase: addressText(regions.weights.base),
    weightStride: 4 * shape.digits,
    regions: [
      {
        address: addressText(0),
        size: 4 * PSUM_REGISTER_NAMES.length,
        region: 'registers',
        meaning: 'control and status',
      },
      ...REGION_NAMES.map((region) => ({
        address: addressText(regions[region].base),
        size: sizeOf(plan, region),
        region,
        meaning: regions[region].meaning,
      })),
    ],
    registers: PSUM_REGISTER_NAMES.map((register) => ({
      address: addressText(psumAddress(register)),
      access: PSUM_REGISTERS[register].access,
      register,
      resetValue: `0x${hex(psumResetWord(shape, register), 8)}`,
      meaning: PSUM_REGISTERS[register].meaning,
    })),
    fields: [
      ...PSUM_REGISTER_NAMES.flatMap((register) => bitRows(register, [...PSUM_REGISTERS[register].fields])),
      ...REGION_NAMES.flatMap((region) => bitRows(region, [...regions[region].fields])),
    ],
  });
}

/** `include/<name>_regs.h` and `.rdl`. */
function registerFiles(plan: PsumPlan): PackageFile[] {
  const { name, shape } = plan;
  const prefix = name.toUpperCase();
  const regions = psumRegions(shape);
  const cFile = `${name}_regs.h`;
  const rdlFile = `${name}_regs.rdl`;
  const header = render('include/regs.h', {
    header: openingLines(originOf(plan), cFile, 'addresses, registers and bits', ' * '),
    prefix,
    what: 'unit',
    parameters: psumParameters(shape),
    registers: PSUM_REGISTER_NAMES.map((register) => {
      const { access, meaning, fields } = PSUM_REGISTERS[register];
      const label = `${prefix}_${register.toUpperCase()}`;
      return {
        ...{ label, access, meaning, address: addressText(psumAddress(register)) },
        reset: `0x${hex(psumResetWord(shape, register), 8)}`,
        fields: fields.map((field) => cField(label, field)),
      };
    }),
    regions: REGION_NAMES.map((region) =>
      cRegion(`${prefix}_${region.toUpperCase()}`, regions[region], sizeOf(plan, region)),
    ),
  });
  const rdl = render('include/regs.rdl', {
    header: openingLines(originOf(plan), rdlFile, 'address map in SystemRDL 2.0', '// '),
    name,
    registers: PSUM_REGISTER_NAMES.map((register) => {
      const { meaning, fields } = PSUM_REGISTERS[register];
      const word = psumResetWord(shape, register);
      const isConstant = PSUM_CONSTANTS.includes(register);
      return {
        name: register,
        address: addressText(psumAddress(register)),
        body: [
          `desc = "${meaning}";`,
          ...fields.map((field) => rdlField(field, bitsOf(word, field), isConstant).field),
        ],
      };
    }),
    arrays: REGION_NAMES.map((region) =>
      rdlRegion(region, regions[region], psumCounts(shape, region), regions[region].base).join('\n    '),
    ),
  });
  return [
    { path: `include/${cFile}`, text: header },
    { path: `include/${rdlFile}`, text: rdl },
  ];
}

/** What people, software and surrounding hardware read. */
export function psumDocuments(plan: PsumPlan): PackageFile[] {
  return [
    ...registerFiles(plan),
    { path: 'docs/registers.md', text: registersPage(plan) },
    { path: 'README.md', text: readme(plan) },
  ];
}
