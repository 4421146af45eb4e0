/** Values of one signal, cycle by cycle: binary digits, highest first. */
export interface Signal {
  /** Hierarchical name, parts separated by dots. */
  readonly name: string;
  /** One entry a cycle. */
  readonly values: readonly string[];
}

/** A run of a design that shows something: what every signal is in every cycle. */
export interface Waveform {
  /** Length of the run; 1 for a design without flip-flops. */
  readonly cycles: number;
  /** By name. */
  readonly signals: readonly Signal[];
}

/**
 * Waveform from the WaveJSON that Yosys' `sat` writes. Its column 0 is what precedes the first cycle or, for a design
 * without flip-flops, the only one.
 */
export function readWaveform(json: string, clocked: boolean): Waveform {
  const columns = clocked ? [1] : [0, 1];
  const { signal } = JSON.parse(json) as {
    signal: readonly { name: string; wave: string; data?: readonly string[] }[];
  };
  const signals = signal
    .filter(({ name }) => !name.includes('$'))
    .map(({ name, wave, data = [] }) => ({ name, values: valuesOf(wave, data).slice(...columns) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { cycles: signals[0]?.values.length ?? 0, signals };
}

/** `=` and `4` take the next of the data, or nothing where there is none; a dot repeats; digits are themselves. */
function valuesOf(wave: string, data: readonly string[]): string[] {
  const values: string[] = [];
  let next = 0;
  for (const letter of wave) {
    if (letter === '.') values.push(values.at(-1)!);
    else if (letter === '=' || letter === '4') values.push(data[next++] || 'x');
    else values.push(letter);
  }
  return values;
}

/** Picoseconds of a clock period. */
const PERIOD = 10_000;

/**
 * The waveform as VCD. Clocks tick, other signals change with the rising edge; modules are scopes.
 *
 * @param top  name of the outermost scope
 */
export function vcdOf({ cycles, signals }: Waveform, top: string): string {
  const shown = signals.map((signal, index) => ({
    ...signal,
    code: codeOf(index),
    width: Math.max(1, ...signal.values.map((value) => value.length)),
    isClock: /(^|\.)clk_i$/.test(signal.name),
  }));
  const lines = ['$timescale 1ps $end', ...scopes(top, shown), '$enddefinitions $end'];
  for (let cycle = 0; cycle < cycles; cycle++) {
    lines.push(`#${cycle * PERIOD}`);
    for (const { values, code, width, isClock } of shown) {
      if (isClock) lines.push(`1${code}`);
      else if (cycle === 0 || values[cycle] !== values[cycle - 1])
        lines.push(change(values[cycle]!, code, width));
    }
    lines.push(
      `#${cycle * PERIOD + PERIOD / 2}`,
      ...shown.filter(({ isClock }) => isClock).map(({ code }) => `0${code}`),
    );
  }
  lines.push(`#${cycles * PERIOD}`, '');
  return lines.join('\n');
}

function change(value: string, code: string, width: number): string {
  return width === 1 ? `${value}${code}` : `b${value} ${code}`;
}

interface Variable {
  readonly name: string;
  readonly code: string;
  readonly width: number;
}

function scopes(name: string, variables: readonly Variable[]): string[] {
  const inner = new Map<string, Variable[]>();
  const own: string[] = [];
  for (const variable of variables) {
    const dot = variable.name.indexOf('.');
    if (dot < 0) {
      const range = variable.width === 1 ? '' : ` [${variable.width - 1}:0]`;
      own.push(`$var wire ${variable.width} ${variable.code} ${variable.name}${range} $end`);
    } else {
      const scope = variable.name.slice(0, dot);
      inner.set(scope, [...(inner.get(scope) ?? []), { ...variable, name: variable.name.slice(dot + 1) }]);
    }
  }
  const modules = [...inner].flatMap(([scope, variablesOfScope]) => scopes(scope, variablesOfScope));
  return [`$scope module ${name} $end`, ...own, ...modules, '$upscope $end'];
}

/** Identifier codes of VCD: printable characters. */
function codeOf(index: number): string {
  const first = 33;
  const letters = 94;
  const letter = String.fromCharCode(first + (index % letters));
  return index < letters ? letter : letter + codeOf(Math.floor(index / letters) - 1);
}
