/** `0.002438`, `2.438e-5` or `1.234e+5`: four significant digits in at most nine columns. */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(rounded(value, 4)) : value.toExponential(3);
}

/** A number with so many significant digits at most. */
export function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
