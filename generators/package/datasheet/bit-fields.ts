import type { BitField } from '../../macro/plan/registers.js';
import { box, element, picture, text } from '../pages/svg.js';

const BITS = 32;
const CELL = 25;
const TOP = 18;
const HIGH = 30;
const LETTER = 6.6;
/** A field too narrow for its name stands slanted below. */
const SLANT = 40;

/**
 * A register as a row of 32 bits. Names that do not fit stand below, slanted; of two fields on the same bits, one that is
 * read and one that is written, both names are there.
 *
 * @param label what it shows, for who does not see it
 */
export function bitFields(label: string, fields: readonly BitField[]): string {
  const at = (bit: number) => 4 + CELL * (BITS - 1 - bit);
  const places = new Map<string, { msb: number; lsb: number; names: string[] }>();
  for (const { name, msb, lsb } of fields) {
    const place = places.get(`${msb}:${lsb}`) ?? { msb, lsb, names: [] };
    place.names.push(name);
    places.set(`${msb}:${lsb}`, place);
  }
  const all = [...places.values()];
  const below = all.filter(
    ({ msb, lsb, names }) => LETTER * names.join(' / ').length + 6 > CELL * (msb - lsb + 1),
  );
  const longest = Math.max(0, ...below.map(({ names }) => names.join(' / ').length));
  const deep = below.length === 0 ? 6 : 14 + longest * LETTER * Math.sin((SLANT * Math.PI) / 180);
  // Slanted names run to the left of their bit: the leftmost ones need room.
  const reach = (words: number) => words * LETTER * Math.cos((SLANT * Math.PI) / 180);
  const room = Math.max(
    0,
    ...below.map(({ msb, lsb, names }) => reach(names.join(' / ').length) - (at(msb) + at(lsb)) / 2),
  );
  const left = Math.ceil(room);
  const ends = new Set(all.flatMap(({ msb, lsb }) => [msb, lsb]));
  const edges = [...ends, BITS - 1, 0];
  const drawn = all.map(({ msb, lsb, names }) => {
    const [x, width] = [left + at(msb), CELL * (msb - lsb + 1)];
    const words = names.join(' / ');
    const middle = x + width / 2;
    const fits = !below.some((place) => place.msb === msb && place.lsb === lsb);
    return (
      element('path', { class: 'field', d: box(x, TOP, width, HIGH) }) +
      (fits
        ? text(middle, TOP + 19, words, { class: 'mid mono' })
        : element('path', { class: 'lead', d: `M${middle} ${TOP + HIGH}v6` }) +
          text(0, 0, words, {
            class: 'end mono',
            transform: `translate(${middle + 4} ${TOP + HIGH + 14}) rotate(-${SLANT})`,
          }))
    );
  });
  return picture(
    left + 8 + CELL * BITS,
    Math.ceil(TOP + HIGH + deep),
    label,
    [
      element('path', { class: 'reserved', d: box(left + 4, TOP, CELL * BITS, HIGH) }),
      ...drawn,
      ...[...new Set(edges)].map((bit) =>
        text(left + at(bit) + CELL / 2, 12, String(bit), { class: 'mid small' }),
      ),
    ].join(''),
  );
}
