/** Least squares on groups: how much of some values the means of groups explain. */

/** A way to group values: the group of each value, as numbers from 0. */
export type Grouping = readonly number[];

/**
 * Fits values by a constant and an effect for each group of each grouping.
 * @returns the sum of the squared residuals, and the rank: the number of effects that the groups can tell apart, the
 * constant among them.
 * Method: the groups' indicator columns are made orthogonal one after the other (modified Gram-Schmidt, twice). Columns
 * that the earlier ones make up are left out. Takes values x columns² steps.
 */
export function fitGroups(
  values: readonly number[],
  groupings: readonly Grouping[],
): { readonly residual: number; readonly rank: number } {
  const basis: Float64Array[] = [];
  const constant = values.map(() => 0);
  for (const grouping of [constant, ...groupings]) {
    for (const column of indicators(grouping)) {
      const before = dot(column, column);
      for (let pass = 0; pass < 2; pass++) for (const unit of basis) removeFrom(column, unit);
      const after = dot(column, column);
      if (after < before * 1e-9) continue;
      const norm = Math.sqrt(after);
      basis.push(column.map((entry) => entry / norm));
    }
  }
  const rest = Float64Array.from(values);
  for (const unit of basis) removeFrom(rest, unit);
  return { residual: dot(rest, rest), rank: basis.length };
}

/** For each group a column that is 1 at its values and 0 elsewhere. */
function indicators(grouping: Grouping): Float64Array[] {
  const groups = [...new Set(grouping)];
  return groups.map((group) => Float64Array.from(grouping, (own) => (own === group ? 1 : 0)));
}

function removeFrom(column: Float64Array, unit: Float64Array): void {
  const part = dot(column, unit);
  for (let i = 0; i < column.length; i++) column[i]! -= part * unit[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
