/**
 * Coefficients of the combination of functions that lies closest to some values.
 *
 * @param rows   values of the functions, one row a point
 * @param values one a point
 * @returns one coefficient a function; the normal equations are solved, which a handful of functions allow
 * @throws RangeError where the functions cannot be told apart by these points
 */
export function leastSquares(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const size = rows[0]?.length ?? 0;
  const matrix = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row, at) => sum + row[i]! * values[at]!, 0),
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    const best = matrix.reduce(
      (most, row, at) => (at >= pivot && Math.abs(row[pivot]!) > Math.abs(matrix[most]![pivot]!) ? at : most),
      pivot,
    );
    [matrix[pivot], matrix[best]] = [matrix[best]!, matrix[pivot]!];
    const top = matrix[pivot]!;
    if (top[pivot] === 0) throw new RangeError('too few different points');
    for (const [at, row] of matrix.entries()) {
      if (at === pivot) continue;
      const factor = row[pivot]! / top[pivot]!;
      for (let column = pivot; column <= size; column++) row[column]! -= factor * top[column]!;
    }
  }
  return matrix.map((row, at) => row[size]! / row[at]!);
}
