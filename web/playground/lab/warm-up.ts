/** A short training before the user asks for one: the browser has then optimized the kernels, and the memory is at hand. */
import type { Settings } from '../../../src/study/definition.ts';
import { type Surroundings, Training } from './training.ts';

/** Most of what kernels do in any training they do in this one. */
const settings: Settings = { optimizer: 'adamw', batchSize: 32 };
/** Browsers have optimized the kernels after about so many. */
const batches = 200;

/** Trains for some batches, tests once, and ends; nobody hears of it. */
export function warmUp(surroundings: Omit<Surroundings, 'report'>): Training {
  const training = new Training(
    settings,
    {
      ...surroundings,
      report({ type }) {
        if (type === 'held') training.stop();
      },
    },
    batches,
  );
  return training;
}
