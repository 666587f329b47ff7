// What people do today. A method is an async function of a run; it returns the settings that it would use and the loss
// that it would report.
import { permutation } from '../../dist/base/random.js';
import { random } from '../../dist/study/samplers/random.js';
import { tpe } from '../../dist/study/samplers/tpe.js';
import { mean } from '../measurement.mjs';
import { settingsOf } from './table.mjs';

/**
 * Proposes settings one after the other, trains each with some seeds, and returns the best mean.
 * @param seedsOf the seeds of a proposal, by its number from 0 on. @param name of its random numbers.
 */
function bestOfProposals({ name, sampler, seedsOf }) {
  return async (run) => {
    const observations = [];
    while (run.trainings + seedsOf(observations.length).length <= run.budget) {
      const number = observations.length;
      const { space } = run.table;
      const values = sampler({ space, goal: 'minimize', observations })(run.random(name, number));
      const score = mean(seedsOf(number).map((seed) => run.train(values, seed)));
      observations.push({ values, outcome: { state: 'complete', score } });
    }
    const best = least(observations, ({ outcome }) => outcome.score);
    return { settings: best.values, reported: best.outcome.score };
  };
}

/**
 * Trains settings for one epoch, and the best `kept` of them to the end. The settings are drawn without replacement, as
 * many as `epochs` allow. Source: Egele et al., "Is one epoch all you need for multi-fidelity hyperparameter
 * optimization?", arXiv 2307.15422.
 */
export function oneEpoch({ kept, epochs }) {
  return async (run) => {
    const { rows, dimensions, epochs: whole } = run.table;
    const count = Math.min(rows, epochs - kept * (whole - 1));
    const drawn = permutation(rows, run.random('one epoch')).slice(0, count);
    const first = Array.from(drawn, (row) => {
      const settings = settingsOf(row, dimensions);
      return { settings, loss: run.train(settings, 1, { to: 1 }) };
    });
    const best = first.sort((a, b) => a.loss - b.loss).slice(0, kept);
    const trained = best.map(({ settings }) => ({ settings, reported: run.train(settings, 1, { from: 1 }) }));
    return least(trained, ({ reported }) => reported);
  };
}

const anotherSeed = (number) => [number + 1];

/** By their names in the output. */
export const methods = {
  'random, a new seed each': bestOfProposals({ name: 'random', sampler: random, seedsOf: anotherSeed }),
  'TPE, a new seed each': bestOfProposals({ name: 'tpe', sampler: tpe, seedsOf: anotherSeed }),
  'TPE, one common seed': bestOfProposals({ name: 'tpe', sampler: tpe, seedsOf: () => [1] }),
  'TPE, three seeds each': bestOfProposals({ name: 'tpe', sampler: tpe, seedsOf: () => [1, 2, 3] }),
};

/** The first of the entries with the least value. */
function least(entries, measure) {
  return entries.reduce((best, entry) => (measure(entry) < measure(best) ? entry : best));
}
