import { REGISTERS } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import { isStart, type Request } from './address-map.js';
import { type CellPort, March } from './march.js';
import { hexOfNumber } from './trace.js';

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
    if (this.march.busy && (address >= 0x4_0000 || (write && isStart(request)))) return true;
    return busy && write && (address === REGISTERS.march.offset || address === REGISTERS.self_test.offset);
  }

  /** Value of one of the registers of this class. */
  read(offset: number): number {
    switch (offset) {
      case REGISTERS.march.offset:
        return this.march.status;
      case REGISTERS.march_address.offset:
        return this.march.address;
      case REGISTERS.march_data.offset:
        return this.march.failing;
      case REGISTERS.self_test.offset:
        return (this.seed << 8) | Number(this.selfTest);
      default:
        return 0;
    }
  }

  write({ address, data }: Request): void {
    if (address === REGISTERS.march.offset) this.march.write(data);
    else if (address === REGISTERS.self_test.offset) {
      this.selfTest = (data & 1) === 1;
      this.seed = (data >>> 8) & (2 ** this.shape.adcBits - 1);
    }
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
  return (column ^ seed) & (2 ** bits - 1);
}
