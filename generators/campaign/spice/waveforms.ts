/** In: a raw file of ngspice. Out: its waveforms. */

/** Waveforms of a transient analysis, by the names of their vectors in lower case: `time`, `v(refp)`. */
export type Waveforms = ReadonlyMap<string, Float64Array>;

/**
 * Reads a binary raw file of real numbers.
 *
 * @returns undefined where the bytes are no such file, or end early
 */
export function readRaw(bytes: Uint8Array): Waveforms | undefined {
  const mark = 'Binary:\n';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2 ** 20)).toString(
    'latin1',
  );
  const end = text.indexOf(mark);
  if (end < 0) return undefined;
  const header = text.slice(0, end);
  const number = (name: string) => Number(new RegExp(`^${name}: *(\\d+)`, 'm').exec(header)?.[1] ?? 0);
  const [count, points] = [number('No\\. Variables'), number('No\\. Points')];
  const names = [...header.slice(header.indexOf('Variables:\n')).matchAll(/^\t\d+\t(\S+)\t/gm)];
  const start = end + mark.length;
  if (!/^Flags: real/m.test(header) || names.length !== count || count === 0 || points === 0)
    return undefined;
  if (bytes.length < start + 8 * count * points) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  return new Map(
    names.map(([, name], variable) => [
      name!.toLowerCase(),
      Float64Array.from({ length: points }, (_, point) =>
        view.getFloat64(8 * (point * count + variable), true),
      ),
    ]),
  );
}

/**
 * Value of a vector at a time, between two points on the line that joins them.
 *
 * @param seconds within the analysis
 * @throws RangeError for a vector that there is not
 */
export function valueAt(waveforms: Waveforms, name: string, seconds: number): number {
  const times = waveforms.get('time');
  const values = waveforms.get(name);
  if (times === undefined || values === undefined) throw new RangeError(`no vector ${name}`);
  let [low, high] = [0, times.length - 1];
  if (seconds >= times[high]!) return values[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= seconds) low = middle;
    else high = middle;
  }
  const share = (seconds - times[low]!) / (times[high]! - times[low]!);
  return values[low]! + share * (values[high]! - values[low]!);
}
