// Made from the schemas that validate the files (npm run schemas); do not edit by hand.

/** A macro config as it may be written: what has a default may be left out. */
export interface MacroConfigInput {
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
    /** Calibration rows: cancel sense-amplifier offset, carry a folded bias [0..16, default 0]. */
    trimRows?: number | undefined;
    /** Unit pulses that drive every trim row [1..255, default 1]. */
    trimPulses?: number | undefined;
    /** The macro measures its columns and writes its trim rows by itself, started by a register. */
    selfCalibrate?: boolean | undefined;
  };
  /** Word line drivers. */
  input: {
    /** Input width, sign included (IN_BITS) [1..8]. */
    bits: number;
    /** Two's complement inputs; a negative input swaps the lines [default false]. */
    signed?: boolean | undefined;
    /** pwm: 2^n - 1 cycles; bit_serial: n + 1 cycles; n magnitude bits [default "bit_serial"]. */
    coding?: 'pwm' | 'bit_serial' | undefined;
  };
  /** Nonlinear in-memory ADC. */
  adc: {
    /** Widest nonlinear code (ADC_BITS); narrower is selectable at run time [1..7]. */
    bits: number;
    /**
     * Column converter; column_lut and broadcast give the values of all columns at once [default "counter"].
     */
    readout?: 'counter' | 'capture' | 'column_lut' | 'broadcast' | undefined;
    /**
     * falling: from the last reference down, so that the largest columns are known first [default "rising"].
     */
    ramp?: 'rising' | 'falling' | undefined;
    /**
     * End the ramp when no later step can change a code; falling: when topK columns are found [default
     * false].
     */
    earlyStop?: boolean | undefined;
    /** Columns found that end a falling ramp with earlyStop; default: all [1..1024]. */
    topK?: number | undefined;
    /** Reference cells, which make the ramp. */
    reference?:
      | {
          /** Cells per reference row and bank (REF_COLS) [1..128, default 4]. */
          columns?: number | undefined;
          /** Reference rows, offset group included (REF_ROWS) [1..1024, default 256]. */
          rows?: number | undefined;
          /** Rows of the offset group that starts the ramp below zero [0..1024, default 0]. */
          offsetRows?: number | undefined;
          /** Unit pulses a ramp step (REF_PULSES) [1..64, default 1]. */
          pulses?: number | undefined;
        }
      | undefined;
    /** Resident reference sets and tables; default: one a layer [1..16]. */
    banks?: number | undefined;
    /** Cycles that precharge the bitlines [1..64, default 1]. */
    prechargeCycles?: number | undefined;
    /** References to whole cells: the nearest, or least error on the histogram [default "nearest"]. */
    rounding?: 'nearest' | 'optimal' | undefined;
  };
  /** Decoder tables. */
  output: {
    /** Decoded width (OUT_BITS) [1..16]. */
    bits: number;
    /** Two's complement table entries [default false]. */
    signed?: boolean | undefined;
    /** Readout and next load overlap the conversion [default true]. */
    doubleBuffer?: boolean | undefined;
  };
  /** Manufacturing test. */
  test?:
    | {
        /** March C- over all cells, started by a register [default true]. */
        march?: boolean | undefined;
        /** A register puts known codes in place of the sense amplifiers [default true]. */
        selfTest?: boolean | undefined;
      }
    | undefined;
  /** One reference bank each. */
  layers: {
    /** levels.json of this layer, relative to the macro config. */
    levels: string;
    /** Activation units per input code step [default 1]. */
    inputScale?: number | undefined;
    /** Weight units per ternary weight [default 1]. */
    weightScale?: number | undefined;
    /** Activation units per output code step. */
    outputScale?: number | undefined;
  }[];
  /** Control and data bus: APB4, AXI4-Lite, Wishbone B4 classic or pipelined [default "apb"]. */
  bus?: 'apb' | 'axi4lite' | 'wishbone' | 'wishbone_pipelined' | undefined;
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
  timing?:
    | {
        /** Target clock period in ns; 5: 200 MHz, as in sibling macros (S) [0.01..1000000, default 5]. */
        clockNs?: number | undefined;
        /**
         * Share of the period spent outside the macro, before its inputs and after its outputs [0..0.9,
         * default 0.25].
         */
        outsideShare?: number | undefined;
        /**
         * Share of the period of the analog macro, before the clock at its inputs and after it at its outputs
         * [0..0.9, default 0.3].
         */
        arrayShare?: number | undefined;
        /** Share of the period kept for clock skew and jitter [0..0.5, default 0.05]. */
        uncertaintyShare?: number | undefined;
      }
    | undefined;
  /** The analog macro as layout and timing tools see it. */
  physical?:
    | {
        /** One cell (I: 18 transistors at 4.4 um2, the density of a library flip-flop). */
        cell?:
          | {
              /** Pitch of the columns [0.1..100, default 10]. */
              widthUm?: number | undefined;
              /** Pitch of the rows [0.1..100, default 8]. */
              heightUm?: number | undefined;
            }
          | undefined;
        /** Around the cells (I: transistors of the netlist at that density, and as much for decoders). */
        periphery?:
          | {
              /** Width beside the cells: word line drivers, row decoder [0..1000, default 30]. */
              rowUm?: number | undefined;
              /** Height below the cells: precharge, sharing, sense amplifiers [0..1000, default 40]. */
              columnUm?: number | undefined;
            }
          | undefined;
        /** layers, tracks and pins (F: metal stack of the osu018 library). */
        lef?:
          | {
              /** Manufacturing grid [0.001..1, default 0.05]. */
              gridUm?: number | undefined;
              /** Pins on the left and right edge. */
              horizontal?:
                | {
                    /** Routing layer [default "metal3"]. */
                    layer?: string | undefined;
                    /** From track to track [0.01..100, default 1]. */
                    pitchUm?: number | undefined;
                    /** First track [0..100, default 0.5]. */
                    offsetUm?: number | undefined;
                    /** Width of a pin [0.01..100, default 0.3]. */
                    widthUm?: number | undefined;
                  }
                | undefined;
              /** Pins on the upper and lower edge. */
              vertical?:
                | {
                    /** Routing layer [default "metal4"]. */
                    layer?: string | undefined;
                    /** From track to track [0.01..100, default 0.8]. */
                    pitchUm?: number | undefined;
                    /** First track [0..100, default 0.4]. */
                    offsetUm?: number | undefined;
                    /** Width of a pin [0.01..100, default 0.3]. */
                    widthUm?: number | undefined;
                  }
                | undefined;
              /** Length of a pin, from the edge inwards [0.1..100, default 1]. */
              pinDepthUm?: number | undefined;
              /** Straps of the supply. */
              power?:
                | {
                    /** Layer of the straps of both supplies [default "metal5"]. */
                    layer?: string | undefined;
                    /** From one strap of the power pin to the next [0.1..10000, default 100]. */
                    pitchUm?: number | undefined;
                    /** Width of a strap [0.01..1000, default 4]. */
                    widthUm?: number | undefined;
                  }
                | undefined;
              /** Layers that the macro uses all over [default ["metal1","metal2"]]. */
              blocked?: string[] | undefined;
            }
          | undefined;
        /** Transistors of the netlist (F: names and sizes as in osu018). */
        devices?:
          | {
              /** Model of the n-channel transistors [default "nfet"]. */
              nmos?: string | undefined;
              /** Model of the p-channel transistors [default "pfet"]. */
              pmos?: string | undefined;
              /** Shortest channel [0.001..100, default 0.2]. */
              lengthUm?: number | undefined;
              /** Narrowest channel; other widths are multiples [0.001..100, default 1]. */
              widthUm?: number | undefined;
            }
          | undefined;
        /** Supply pins, and the operating point of the Liberty view (F: osu018, typical). */
        supply?:
          | {
              /** Name of the power pin in every view; default: VDD. */
              power?: string | undefined;
              /** Name of the ground pin in every view; default: VSS. */
              ground?: string | undefined;
              /** nominal, at the power pin [0.1..100, default 1.8]. */
              volts?: number | undefined;
              /** Temperature that the timing was taken at [-273..1000, default 25]. */
              celsius?: number | undefined;
            }
          | undefined;
        /** Of the pins (F: a gate or two of osu018; of the clock: I). */
        capacitance?:
          | {
              /** Of every input but the clock [0..1000, default 0.02]. */
              inputPf?: number | undefined;
              /** Of clk_i [0..1000, default 0.5]. */
              clockPf?: number | undefined;
              /** Most load of an output [0..1000, default 0.2]. */
              loadPf?: number | undefined;
            }
          | undefined;
        /** Characterised times; default: the budget of timing.arrayShare, which the Liberty view says. */
        arcs?:
          | {
              /**
               * Of every input before its clock edge: the falling one for word lines, else the rising
               * [0..1000].
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
      }
    | undefined;
  /** A die with mismatch, offset, noise and drift; where left out, there is no die view. */
  die?:
    | {
        /** Die that is drawn unless a command names another [0..2147483647, default 1]. */
        seed?: number | undefined;
        /** Bits below one unit discharge in which dies are computed [0..10, default 8]. */
        fractionBits?: number | undefined;
        /**
         * Local sigma of the cell current, as a share; 0.025: after calibration (S), 0.1: raw, without a
         * cascode (2) [0..0.5, default 0].
         */
        mismatch?: number | undefined;
        /**
         * Sigma from die to die of all cell currents, as a share; references follow it (F) [0..0.3, default
         * 0].
         */
        globalSpread?: number | undefined;
        /** Sigma of the pulse width from word line to word line, as a share (F) [0..0.3, default 0]. */
        pulseError?: number | undefined;
        /**
         * Share of its current that a cell has lost once its bitline has discharged by the swing; 0.01 over
         * 700 mV (2) [0..0.5, default 0].
         */
        compression?: number | undefined;
        /**
         * Unit discharges at which the compression is stated; default: headroom, or all that a line can lose
         * [1..1048576].
         */
        swing?: number | undefined;
        /**
         * Share of a unit discharge that a cell which holds a 1 loses in each cycle of the ramp (F) [0..0.01,
         * default 0].
         */
        leakage?: number | undefined;
        /**
         * Sigma of the offset of the sense amplifiers, unit discharges (no public figure) [0..1000, default
         * 0].
         */
        offset?: number | undefined;
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
         * Sigma of the noise of a comparison, unit discharges; 0.5 to 1 mV at the comparator (S) [0..1000,
         * default 0].
         */
        noise?: number | undefined;
        /** Temperature of the die, and what the references make of it. */
        temperature?:
          | {
              /** Junction temperature that is simulated [-60..200, default 25]. */
              celsius?: number | undefined;
              /** Temperature at which a cell takes one unit discharge [-60..200, default 25]. */
              nominalCelsius?: number | undefined;
              /**
               * Change of the cell current a kelvin, as a share of it (no public figure) [-0.01..0.01,
               * default 0].
               */
              perKelvin?: number | undefined;
              /**
               * Share of that change which the reference cells follow; 1: wholly, as a replica bias aims at
               * (S) [0..2, default 1].
               */
              tracking?: number | undefined;
            }
          | undefined;
      }
    | undefined;
  /** Reset style of every flip-flop [default "async_low"]. */
  reset?: 'async_low' | 'async_high' | 'sync_low' | 'sync_high' | undefined;
  /** SPDX licence of the generated files [default "Apache-2.0"]. */
  license?: string | undefined;
}
