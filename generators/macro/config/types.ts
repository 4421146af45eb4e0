// Made from the schemas that validate the files (npm run schemas); do not edit by hand.

/** A macro config, the content of `macro.json`, with every default filled in. */
export interface MacroConfig {
  /** JSON Schema of this file, by which editors complete and check it. */
  $schema?: string | undefined;
  /** Prefix of every module and file: lower-case letters, digits, single underscores. */
  name: string;
  /** Bitcells. */
  array: {
    /** Word lines (ROWS) [1..1024]. */
    rows: number;
    /** Columns (COLS) [1..1024]. */
    columns: number;
    /** Unit discharges a bitline can lose before it clips; default: never clips [1..1048576]. */
    headroom?: number | undefined;
    /** Calibration rows: cancel sense-amplifier offset, carry a folded bias [0..16]. */
    trimRows: number;
    /** Unit pulses that drive every trim row [1..255]. */
    trimPulses: number;
    /** The macro measures its columns and writes its trim rows by itself, started by a register. */
    selfCalibrate?: boolean | undefined;
  };
  /** Word line drivers. */
  input: {
    /** Input width, sign included (IN_BITS) [1..8]. */
    bits: number;
    /** Two's complement inputs; a negative input swaps the lines. */
    signed: boolean;
    /** pwm: 2^n - 1 cycles; bit_serial: n + 1 cycles; n magnitude bits. */
    coding: 'pwm' | 'bit_serial';
  };
  /** Nonlinear in-memory ADC. */
  adc: {
    /** Widest nonlinear code (ADC_BITS); narrower is selectable at run time [1..7]. */
    bits: number;
    /** Column converter; column_lut and broadcast give the values of all columns at once. */
    readout: 'counter' | 'capture' | 'column_lut' | 'broadcast';
    /** falling: from the last reference down, so that the largest columns are known first. */
    ramp: 'rising' | 'falling';
    /** End the ramp when no later step can change a code; falling: when topK columns are found. */
    earlyStop: boolean;
    /** Columns found that end a falling ramp with earlyStop; default: all [1..1024]. */
    topK?: number | undefined;
    /** Reference cells, which make the ramp. */
    reference: {
      /** Cells per reference row and bank (REF_COLS) [1..128]. */
      columns: number;
      /** Reference rows, offset group included (REF_ROWS) [1..1024]. */
      rows: number;
      /** Rows of the offset group that starts the ramp below zero [0..1024]. */
      offsetRows: number;
      /** Unit pulses a ramp step (REF_PULSES) [1..64]. */
      pulses: number;
    };
    /** Resident reference sets and tables; default: one a layer [1..16]. */
    banks?: number | undefined;
    /** Cycles that precharge the bitlines [1..64]. */
    prechargeCycles: number;
    /** References to whole cells: the nearest, or least error on the histogram. */
    rounding: 'nearest' | 'optimal';
  };
  /** Decoder tables. */
  output: {
    /** Decoded width (OUT_BITS) [1..16]. */
    bits: number;
    /** Two's complement table entries. */
    signed: boolean;
    /** Readout and next load overlap the conversion. */
    doubleBuffer: boolean;
  };
  /** Manufacturing test. */
  test: {
    /** March C- over all cells, started by a register. */
    march: boolean;
    /** A register puts known codes in place of the sense amplifiers. */
    selfTest: boolean;
  };
  /** One reference bank each. */
  layers: {
    /** levels.json of this layer, relative to the macro config. */
    levels: string;
    /** Activation units per input code step. */
    inputScale: number;
    /** Weight units per ternary weight. */
    weightScale: number;
    /** Activation units per output code step. */
    outputScale?: number | undefined;
  }[];
  /** Control and data bus: APB4, AXI4-Lite, Wishbone B4 classic or pipelined. */
  bus: 'apb' | 'axi4lite' | 'wishbone' | 'wishbone_pipelined';
  /** AXI4-Stream ports for inputs and results; left out, there are none. */
  streams?:
    | {
        /** Bytes a beat of the input port, one a row [1 | 2 | 4 | 8 | 16 | 32 | 64]. */
        inputBytes: 1 | 2 | 4 | 8 | 16 | 32 | 64;
        /**
         * Bytes a beat of the output port; a column takes one, or two where output.bits is above 8 [1 | 2 | 4
         * | 8 | 16 | 32 | 64].
         */
        outputBytes: 1 | 2 | 4 | 8 | 16 | 32 | 64;
      }
    | undefined;
  /** Further bus addresses whose words hold many inputs, or the results of several columns. */
  packedWords?: boolean | undefined;
  /** Clock and time budget, for synthesis and static timing. */
  timing: {
    /** Target clock period in ns; 5: 200 MHz, as in sibling macros (S) [0.01..1000000]. */
    clockNs: number;
    /** Share of the period spent outside the macro, before its inputs and after its outputs [0..0.9]. */
    outsideShare: number;
    /**
     * Share of the period of the analog macro, before the clock at its inputs and after it at its outputs
     * [0..0.9].
     */
    arrayShare: number;
    /** Share of the period kept for clock skew and jitter [0..0.5]. */
    uncertaintyShare: number;
  };
  /** The analog macro as layout and timing tools see it. */
  physical: {
    /** One cell (I: 18 transistors at 4.4 um2, the density of a library flip-flop). */
    cell: {
      /** Pitch of the columns [0.1..100]. */
      widthUm: number;
      /** Pitch of the rows [0.1..100]. */
      heightUm: number;
    };
    /** Around the cells (I: transistors of the netlist at that density, and as much for decoders). */
    periphery: {
      /** Width beside the cells: word line drivers, row decoder [0..1000]. */
      rowUm: number;
      /** Height below the cells: precharge, sharing, sense amplifiers [0..1000]. */
      columnUm: number;
    };
    /** layers, tracks and pins (F: metal stack of the osu018 library). */
    lef: {
      /** Manufacturing grid [0.001..1]. */
      gridUm: number;
      /** Pins on the left and right edge. */
      horizontal: {
        /** Routing layer. */
        layer: string;
        /** From track to track [0.01..100]. */
        pitchUm: number;
        /** First track [0..100]. */
        offsetUm: number;
        /** Width of a pin [0.01..100]. */
        widthUm: number;
      };
      /** Pins on the upper and lower edge. */
      vertical: {
        /** Routing layer. */
        layer: string;
        /** From track to track [0.01..100]. */
        pitchUm: number;
        /** First track [0..100]. */
        offsetUm: number;
        /** Width of a pin [0.01..100]. */
        widthUm: number;
      };
      /** Length of a pin, from the edge inwards [0.1..100]. */
      pinDepthUm: number;
      /** Straps of the supply. */
      power: {
        /** Layer of the straps of both supplies. */
        layer: string;
        /** From one strap of the power pin to the next [0.1..10000]. */
        pitchUm: number;
        /** Width of a strap [0.01..1000]. */
        widthUm: number;
      };
      /** Layers that the macro uses all over. */
      blocked: string[];
    };
    /** Transistors of the netlist (F: names and sizes as in osu018). */
    devices: {
      /** Model of the n-channel transistors. */
      nmos: string;
      /** Model of the p-channel transistors. */
      pmos: string;
      /** Shortest channel [0.001..100]. */
      lengthUm: number;
      /** Narrowest channel; other widths are multiples [0.001..100]. */
      widthUm: number;
    };
    /** Supply pins, and the operating point of the Liberty view (F: osu018, typical). */
    supply: {
      /** Name of the power pin in every view; default: VDD. */
      power?: string | undefined;
      /** Name of the ground pin in every view; default: VSS. */
      ground?: string | undefined;
      /** nominal, at the power pin [0.1..100]. */
      volts: number;
      /** Temperature that the timing was taken at [-273..1000]. */
      celsius: number;
    };
    /** Of the pins (F: a gate or two of osu018; of the clock: I). */
    capacitance: {
      /** Of every input but the clock [0..1000]. */
      inputPf: number;
      /** Of clk_i [0..1000]. */
      clockPf: number;
      /** Most load of an output [0..1000]. */
      loadPf: number;
    };
    /** Characterised times; default: the budget of timing.arrayShare, which the Liberty view says. */
    arcs?:
      | {
          /**
           * Of every input before its clock edge: the falling one for word lines, else the rising [0..1000].
           */
          setupNs: number;
          /** Of every input after the rising clock [0..1000]. */
          holdNs: number;
          /** Rising clock to mem_rdata_o [0..1000]. */
          clockToDataNs: number;
          /** Rising clock to sa_o [0..1000]. */
          clockToSenseNs: number;
          /** sense_i to sa_o [0..1000]. */
          senseToOutputNs: number;
          /** Of the outputs [0..1000]. */
          transitionNs: number;
        }
      | undefined;
  };
  /** A die with mismatch, offset, noise and drift; where left out, there is no die view. */
  die?:
    | {
        /** Die that is drawn unless a command names another [0..2147483647]. */
        seed: number;
        /** Bits below one unit discharge in which dies are computed [0..10]. */
        fractionBits: number;
        /**
         * Local sigma of the cell current, as a share; 0.025: after calibration (S), 0.1: raw, without a
         * cascode (2) [0..0.5].
         */
        mismatch: number;
        /** Sigma from die to die of all cell currents, as a share; references follow it (F) [0..0.3]. */
        globalSpread: number;
        /** Sigma of the pulse width from word line to word line, as a share (F) [0..0.3]. */
        pulseError: number;
        /**
         * Share of its current that a cell has lost once its bitline has discharged by the swing; 0.01 over
         * 700 mV (2) [0..0.5].
         */
        compression: number;
        /**
         * Unit discharges at which the compression is stated; default: headroom, or all that a line can lose
         * [1..1048576].
         */
        swing?: number | undefined;
        /**
         * Share of a unit discharge that a cell which holds a 1 loses in each cycle of the ramp (F)
         * [0..0.01].
         */
        leakage: number;
        /** Sigma of the offset of the sense amplifiers, unit discharges (no public figure) [0..1000]. */
        offset: number;
        /**
         * What comparators add to the MAC on all columns of all dies alike, unit discharges; default: 0
         * (imcgen spice --fit measures it) [-1000..1000].
         */
        commonOffset?: number | undefined;
        /**
         * What a reference cell discharges of what an array cell does, on all dies alike; default: 1 (imcgen
         * spice --fit measures it) [0.5..1.5].
         */
        referenceGain?: number | undefined;
        /**
         * Sigma of the noise of a comparison, unit discharges; 0.5 to 1 mV at the comparator (S) [0..1000].
         */
        noise: number;
        /** Temperature of the die, and what the references make of it. */
        temperature: {
          /** Junction temperature that is simulated [-60..200]. */
          celsius: number;
          /** Temperature at which a cell takes one unit discharge [-60..200]. */
          nominalCelsius: number;
          /** Change of the cell current a kelvin, as a share of it (no public figure) [-0.01..0.01]. */
          perKelvin: number;
          /**
           * Share of that change which the reference cells follow; 1: wholly, as a replica bias aims at (S)
           * [0..2].
           */
          tracking: number;
        };
      }
    | undefined;
  /** Reset style of every flip-flop. */
  reset: 'async_low' | 'async_high' | 'sync_low' | 'sync_high';
  /** SPDX licence of the generated files. */
  license: string;
}

/**
 * The levels of one layer, the content of `levels.json`: what calibration hands to the hardware plan. All
 * real values are in activation units, before any division by input and weight scales.
 */
export interface Levels {
  /** JSON Schema of this file, by which editors complete and check it. */
  $schema?: string | undefined;
  /** Layer name. */
  name: string;
  /** Width b of the nonlinear code [1..8]. */
  bits: number;
  /** 2^b ascending centres C_0 .. C_{2^b-1}: they made the references. */
  centres: number[];
  /** 2^b - 1 ascending references; code = number of references <= x. */
  references: number[];
  /** 2^b non-decreasing values the codes decode to; the centres unless refitted. */
  outputs: number[];
  /** Calibrated range. */
  range: {
    /** Its lower end. */
    low: number;
    /** Its upper end. */
    high: number;
  };
  /** Histogram of the calibration samples; lets the plan report MSE. */
  histogram?: LevelsHistogram | undefined;
  /** Where the levels come from; the hardware does not depend on it. */
  provenance?: Provenance | undefined;
}

/** Histogram of the calibration samples; lets the plan report MSE. */
export interface LevelsHistogram {
  /** Lower edge of the first bin, activation units. */
  low: number;
  /** Upper edge of the last bin, activation units. */
  high: number;
  /** Samples per bin. */
  counts: number[];
  /** Mean of the samples in each bin; the bin centre where it is empty. */
  means: number[];
  /** Mean squared distance of a sample to the mean of its bin. */
  withinBinVariance: number;
}

/** Where the levels come from; the hardware does not depend on it. */
export interface Provenance {
  /** Command that made the levels. */
  tool: string;
  /** How references and outputs were chosen. */
  method: string;
  /** Files read, relative to the levels file or bare names. */
  source: string;
  /** Batches read. */
  batches: number;
  /** Samples read. */
  samples: number;
  /** Constants of the method, and what it chose. */
  options: Record<string, string | number | boolean | null>;
}
