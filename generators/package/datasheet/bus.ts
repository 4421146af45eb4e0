import { registerAddress, sizeInUse } from '../../macro/plan/addresses.js';
import { packedColumns, packedRows } from '../../macro/plan/packed-words.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { describedFields, REGION_TEXTS, REGISTER_TEXTS } from '../../macro/plan/register-texts.js';
import { resetWord } from '../../macro/plan/register-words.js';
import { REGIONS, REGISTERS, regionsOf, registersOf } from '../../macro/plan/registers.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import {
  hasStreams,
  inputBeats,
  outputBeats,
  type StreamShape,
  streamPeriod,
} from '../../macro/plan/streams.js';
import { bitRange, fieldText } from '../documents/documents.js';
import { type Block, code, type Prose, type Section, terms, text, ticked } from '../pages/document.js';
import { markup } from '../pages/markup.js';
import { BUSES } from '../rtl/bus-ports.js';
import { bitFields } from './bit-fields.js';
import { exact, hex } from './words.js';

export function busSection({ config, shape }: MacroPlan): Section {
  const { title, pace, refusal, abort } = BUSES[config.bus];
  const packed: (readonly [string, Prose])[] = shape.packedWords
    ? [
        [
          'Packed words',
          `${packedRows(shape)} inputs a word, results of ${packedColumns(shape)} columns a word`,
        ],
      ]
    : [];
  return {
    id: 'bus',
    title: hasStreams(shape) ? 'Bus and streams' : 'Bus',
    blocks: [
      terms(
        ['Protocol', `${title}: byte addresses, 32-bit words with byte 0 in bits 7:0, byte strobes`],
        ['Pace', ticked(pace)],
        ['A refused access', ['is answered by ', ...ticked(refusal)]],
        ...packed,
        ['Giving an access up', ticked(abort)],
      ),
      ...(hasStreams(shape) ? streamBlocks(shape) : []),
    ],
  };
}

function streamBlocks(shape: StreamShape): Block[] {
  const { inputBytes, outputBytes } = shape.streams;
  const [input, output] = [inputBeats(shape), outputBeats(shape)];
  return [
    text(
      `The input stream takes ${inputBytes} bytes a beat and ${input} beats a vector; the output stream gives ${outputBytes} bytes a beat and ${output} beats a vector. Where neither side waits, vectors follow each other with the slowest of conversion, input and output.`,
    ),
    {
      kind: 'table',
      id: 'streams',
      caption: 'Clock cycles from one result vector to the next',
      dense: true,
      columns: [
        { key: 'bits', title: 'Width', numbers: true, head: true },
        { key: 'conversion', title: 'Conversion', numbers: true },
        { key: 'input', title: 'Input beats', numbers: true },
        { key: 'output', title: 'Output beats', numbers: true },
        { key: 'period', title: 'Period', numbers: true },
      ],
      rows: Array.from({ length: shape.adcBits }, (_, at) =>
        [at + 1, scheduleOf(shape, at + 1).total, input, output, streamPeriod(shape, at + 1)].map(exact),
      ),
    },
  ];
}

export function registersSection({ shape }: MacroPlan): Section {
  return {
    id: 'registers',
    title: 'Registers',
    blocks: [
      text([
        'Byte addresses, 20 bits; every access is one 32-bit word. ',
        code('docs/registers.md'),
        ' of the package has the rules of every region.',
      ]),
      {
        kind: 'table',
        id: 'regions',
        caption: 'Address map',
        columns: [
          { key: 'address', title: 'Address', code: true },
          { key: 'size', title: 'Size in use', numbers: true, code: true },
          { key: 'region', title: 'Region', head: true },
          { key: 'contents', title: 'Contents' },
        ],
        rows: regionsOf(shape).map((region) => [
          hex(REGIONS[region].base),
          `0x${sizeInUse(shape, region).toString(16)}`,
          region,
          REGION_TEXTS[region].meaning,
        ]),
      },
      ...registersOf(shape).map((register): Block => {
        const { access } = REGISTERS[register];
        const { meaning } = REGISTER_TEXTS[register];
        const fields = describedFields(shape, register);
        const reset = `0x${resetWord(shape, register).toString(16).padStart(8, '0')}`;
        const said = fields.map((field) => `${bitRange(field)} ${field.name}`).join(', ');
        return {
          kind: 'part',
          title: [code(register)],
          note: `${hex(registerAddress(register))}, ${access}, after reset ${reset}`,
          blocks: [
            text(meaning),
            {
              kind: 'drawing',
              label: `Bits of ${register}`,
              svg: markup(bitFields(`Bits of ${register}: ${said}.`, fields)),
            },
            {
              kind: 'table',
              id: register,
              caption: `Fields of ${register}`,
              quiet: true,
              dense: true,
              columns: [
                { key: 'bits', title: 'Bits', numbers: true },
                { key: 'field', title: 'Field', code: true, head: true },
                { key: 'access', title: 'Access' },
                { key: 'meaning', title: 'Meaning' },
              ],
              rows: fields.map((field) => [bitRange(field), field.name, field.access, fieldText(field)]),
            },
          ],
        };
      }),
      text([
        ...[code('ro'), ' read only, ', code('wo'), ' write only, ', code('rw'), ' read and write, '],
        ...[code('rw1c'), ' read, write 1 to clear. Bits in no field read as 0.'],
      ]),
    ],
  };
}
