/** Names of our hyperparameters in other software, for "did you mean" in study files and on the command line. */
import type { Synonyms } from '../../base/errors.ts';
import { synonymsOf } from '../../base/synonyms.ts';
import { hyperparameterNames } from './hyperparameters.ts';

/** By the other name. */
export const synonyms: Synonyms = synonymsOf(hyperparameterNames);
