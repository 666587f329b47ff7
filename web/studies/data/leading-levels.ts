/** Which levels of a stage are shown at first, where it has many. */
import type { Objective, ShowLevel } from '../../../src/server/protocol.ts';

type Ranked = Pick<ShowLevel, 'mean' | 'selected'>;

/**
 * The levels with the best means, in the order of the stage. A selected one is always among them; without a mean a level comes last.
 * @param most at least 1.
 */
export function leadingLevels<Level extends Ranked>(
  levels: readonly Level[],
  goal: Objective['goal'],
  most: number,
): readonly Level[] {
  if (levels.length <= most) return levels;
  const sign = goal === 'maximize' ? 1 : -1;
  const rank = ({ mean, selected }: Ranked) => {
    if (selected) return Number.POSITIVE_INFINITY;
    return mean === null ? Number.NEGATIVE_INFINITY : sign * mean;
  };
  // Two without a mean are equal; their difference would be no number.
  const leading = new Set([...levels].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a))).slice(0, most));
  return levels.filter((level) => leading.has(level));
}
