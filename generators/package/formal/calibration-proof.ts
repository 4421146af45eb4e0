import type { MacroShape } from '../../macro/plan/shape.js';
import { FEW_CYCLES, type Proof, together } from './proof.js';

/** The calibration of the trim rows by the macro itself; its conversions are another proof's. */
export function calibrationProof({ trimRows }: MacroShape): Proof {
  const inside = (port: string, net: string, range = '') => ({ port, net: `u_calibration.${net}`, range });
  const properties = [
    { name: 'rests', says: 'none runs before its register is written' },
    { name: 'passes', says: 'without one, starts and cell port are those of the bus' },
    { name: 'ends', says: 'it ends within the stated cycles' },
    { name: 'counters', says: 'no counter passes its end' },
    { name: 'trim', says: 'it reaches cells of the trim rows and no others' },
    { name: 'one_cell', says: 'a write changes a cell of its column and no other' },
    { name: 'starts', says: 'it starts on its bank, one after the other' },
    { name: 'waits', says: 'it waits for what it started, and for nothing else' },
  ];
  return {
    name: 'calibration',
    template: 'prove_calibration',
    title: 'calibration of the trim rows',
    design: ['_calibration'],
    models: [],
    removed: [],
    driven: [],
    observed: [
      inside('state_i', 'state_q', '2:0'),
      inside('column_i', 'column_q', 'COL_W-1:0'),
      inside('fill_i', 'fill_q'),
      inside('row_i', 'row_q', '3:0'),
      inside('plane_i', 'plane_q'),
      inside('none_i', 'none_q'),
      inside('conversions_i', 'conversions_q', '6:0'),
      inside('repeats_i', 'repeats_q', '2:0'),
      inside('bank_i', 'bank_q', 'BANK_W-1:0'),
    ],
    clocked: true,
    bitwise: false,
    assumptions: [
      { name: 'refused', says: 'no start and no other calibration while it runs' },
      { name: 'in_time', says: 'a conversion ends within its stated cycles' },
    ],
    properties,
    stages: together(properties),
    witnesses: [
      {
        name: 'measured',
        says: 'a column is measured',
        // Reset, the write of the register, a read and a write of every cell, a conversion that ends at once.
        cycle: 5 + 4 * trimRows,
      },
    ],
    horizon: Math.max(FEW_CYCLES, 6 + 4 * trimRows),
    effort: 20,
  };
}
