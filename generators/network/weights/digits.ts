/**
 * Ternary digits of a whole weight, `w = sum_j d_j t_j`: bits of the magnitude with the weight's sign where the digits
 * are powers of two, balanced digits where they are powers of three.
 *
 * @param digits ascending powers of 2, or of 3, from 1
 * @returns one of -1, 0, 1 a digit
 */
export function digitsOf(weight: number, digits: readonly number[]): number[] {
  if (digits[1] === 3) return balancedDigits(weight, digits.length);
  const magnitude = Math.abs(weight);
  return digits.map((digit) => ((magnitude & digit) !== 0 ? Math.sign(weight) : 0));
}

function balancedDigits(weight: number, count: number): number[] {
  let rest = weight;
  return Array.from({ length: count }, () => {
    const digit = ((((rest + 1) % 3) + 3) % 3) - 1;
    rest = (rest - digit) / 3;
    // -0 is no digit.
    return digit + 0;
  });
}

/** Largest weight that the digits can hold: all of them 1. */
export function largestWeight(digits: readonly number[]): number {
  return digits.reduce((sum, digit) => sum + digit, 0);
}
