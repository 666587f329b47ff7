// The strategy `search`, played on a table: every training that it asks for is answered at once.
import { followStudy } from '../../dist/study/strategies.js';
import { TrialTable } from '../../dist/study/trial.js';
import { settingsOf } from './table.mjs';

/** @param options of the plan, beside its budget and the sampler's seed. */
export function ourSearch(options = {}) {
  return async (run) => {
    const definition = definitionOf(run, options);
    const unchanged = (settings) => settings;
    const history = new TrialTable({ canonical: unchanged, complete: unchanged });
    let number = 0;
    for (;;) {
      const view = followStudy(definition, history);
      if (view.finished) return { settings: view.winner.settings, reported: view.winner.summary.mean };
      if (view.pending.length === 0) throw new Error('the search waits for nothing');
      for (const request of view.pending) {
        const begun = history.find(request.key, request.seed);
        history.set(trained(run, request, begun ?? { number: number++, curve: [] }));
      }
    }
  };
}

function definitionOf(run, options) {
  const { table, number, budget } = run;
  return {
    name: table.name,
    objective: 'loss',
    // Nothing is known of the settings before the search, so the base is any of them.
    base: settingsOf(run.random('base').below(table.rows), table.dimensions),
    defaults: { epochs: table.epochs },
    space: table.space,
    plan: {
      kind: 'search',
      sampler: 'tpe',
      trainings: budget,
      earlyStopping: 'none',
      finalists: 16,
      confirm: 5,
      parallel: 4,
      seed: number,
      // So small that the finals spend their whole budget.
      resolve: 1e-3 * table.scale,
      ...options,
    },
    seeds: [1],
  };
}

/** The trial after the epochs that were asked for. */
function trained(run, { configuration, seed, proposal, until = run.table.epochs }, { number, curve }) {
  run.train(configuration, seed, { from: curve.length, to: until });
  const added = Array.from({ length: until - curve.length }, (_, index) => {
    const epoch = curve.length + index + 1;
    return { epoch, score: run.lossOf(configuration, seed, epoch) };
  });
  const whole = [...curve, ...added];
  const ended = until === run.table.epochs ? { state: 'complete', score: whole.at(-1).score } : { state: 'running' };
  return { number, configuration, seed, proposal, curve: whole, ...ended };
}
