/** Tells of an outage of the database once, however many queries wait for its end. */
import type { Patience } from './database.ts';

export type OutageEvent =
  | { readonly type: 'away'; readonly why: string }
  /** It answers again. */
  | { readonly type: 'back' };

export function outageTeller(tell: (event: OutageEvent) => void): Pick<Patience, 'onAway' | 'onBack'> {
  let isAway = false;
  return {
    onAway(why) {
      if (isAway) return;
      isAway = true;
      tell({ type: 'away', why });
    },
    onBack() {
      if (!isAway) return;
      isAway = false;
      tell({ type: 'back' });
    },
  };
}
