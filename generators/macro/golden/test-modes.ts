import { registerAddress } from '../plan/addresses.js';
import { registerWord } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import { fieldIn, isCell, type Request, startOf } from './address-map.js';
import { type CellPort, March } from './march.js';
import { hexOfNumber } from './trace.js';

/** Registers that switch a test on or off. */
const MODE_REGISTERS = [registerAddress('march'), registerAddress('self_test')];
const enableBit = fieldIn('self_test', 'enable');
const seedBits = fieldIn('self_test', 'seed');

/** Manufacturing test: the march over the cells, and the codes that stand in for the sense amplifiers. */
export class TestModes {
  readonly march: March;
  private selfTest = false;
  private seed = 0;

  constructor(
    private readonly shape: MacroShape,
    cells: () => CellPort,
  ) {
    this.march = new March(shape, cells);
  }

  reset(): void {
    this.march.reset();
    this.selfTest = false;
    this.seed = 0;
  }

  /** Whether a legal request must wait: the march has the cells, a conversion has the converters. */
  refuses(request: Request, busy: boolean): boolean {
    const { write, address } = request;
    if (this.march.busy && (isCell(address) || startOf(request) !== undefined)) return true;
    return busy && write && MODE_REGISTERS.includes(address);
  }

  /** Value of the self-test register. */
  get selfTestWord(): number {
    return registerWord('self_test', { seed: this.seed, enable: this.selfTest });
  }

  writeSelfTest(data: number): void {
    this.selfTest = enableBit(data) === 1;
    this.seed = seedBits(data) & (2 ** this.shape.adcBits - 1);
  }

  /**
   * What stands in for the sense amplifiers, or undefined where nothing does.
   *
   * @param step the ramp step whose reference is compared
   * @param bits code width of the conversion
   */
  comparator(step: number, bits: number): ((column: number) => boolean) | undefined {
    if (!this.selfTest) return undefined;
    return (column) => step <= selfTestCode(column, this.seed, bits);
  }

  /** The trace's field, for macros with a march: what it did, shown in the first cycle after. */
  text(): string {
    if (!this.shape.march) return '';
    return ` ${this.march.stopped ? hexOfNumber(this.march.signature) : '0'}`;
  }
}

/** The code that a column converts in a self-test: over all seeds every column converts every code. */
export function selfTestCode(column: number, seed: number, bits: number): number {
  return (column ^ seed) & ((1 << bits) - 1);
}
