/** A varied hyperparameter of a trial in Optuna's terms: what the seam derives and the journal writes. */
import type { Value } from './definition.ts';

export type Distribution =
  | {
      readonly name: 'FloatDistribution';
      readonly attributes: {
        readonly step: null;
        readonly low: number;
        readonly high: number;
        readonly log: boolean;
      };
    }
  | {
      readonly name: 'IntDistribution';
      readonly attributes: {
        readonly log: boolean;
        readonly step: number;
        readonly low: number;
        readonly high: number;
      };
    }
  | {
      readonly name: 'CategoricalDistribution';
      readonly attributes: { readonly choices: readonly Value[] };
    };

export interface Parameter {
  readonly name: string;
  /** A categorical's index, else the number itself. */
  readonly internal: number;
  readonly distribution: Distribution;
}
