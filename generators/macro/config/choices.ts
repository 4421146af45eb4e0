/** Names for the choices of a config. */
import type { MacroConfig } from './types.js';

/** Control and data bus of a macro. */
export type Bus = MacroConfig['bus'];
/** Reset of every flip-flop: asynchronous or synchronous, active low or high. */
export type ResetStyle = MacroConfig['reset'];
/** How an input becomes pulses of its word line. */
export type InputCoding = MacroConfig['input']['coding'];
/** Kind of column converter; docs/architecture.md compares them. */
export type Readout = MacroConfig['adc']['readout'];
/** Whether the ramp meets the references from the lowest up or from the highest down. */
export type RampDirection = MacroConfig['adc']['ramp'];
/** Bytes a beat of the stream ports. */
export type StreamsConfig = NonNullable<MacroConfig['streams']>;
