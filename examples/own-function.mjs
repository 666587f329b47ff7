// A study of your own function: which settings give the largest value? Run `npm run build`, then
// `node examples/own-function.mjs`.
import { functionTask, judgeStage, MemoryStore, runStudy } from 'lenet-lab';

/** A noisy function, as an example of anything slow with a seed. Draw all random numbers from `random`. */
const task = functionTask({
  parameters: { rate: 0.1, shape: 'round' },
  run: ({ rate, shape }, { random }) => {
    const luck = 0.1 * (random.uniform() - 0.5);
    return 1 - (Math.log10(rate) + 2) ** 2 + (shape === 'square' ? 0.02 : 0) + luck;
  },
});

const definition = {
  name: 'own-function',
  objective: 'score', // larger is better
  base: {},
  plan: {
    kind: 'stages',
    stages: [
      { factors: ['rate'], levels: [0.1, 0.01, 0.001].map((rate) => ({ label: `${rate}`, settings: { rate } })) },
      { factors: ['shape'], levels: ['round', 'square'].map((shape) => ({ label: shape, settings: { shape } })) },
    ],
  },
  space: {},
  seeds: { atLeast: 3, atMost: 50, resolve: 0.05 }, // as many seeds as are needed to resolve 0.05
};

for await (const event of runStudy({ definition, task, store: new MemoryStore(), jobs: 2 })) {
  if (event.type === 'stage') {
    const { levels } = judgeStage(event.stage, definition);
    for (const [index, { level, summary }] of event.stage.levels.entries()) {
      const { standing } = levels[index];
      console.log(
        `${event.stage.factors[0]} ${level.label}: ${summary.mean.toFixed(3)} (${summary.n} seeds), ${standing}`,
      );
    }
  }
  if (event.type === 'finished') console.log(`winner: ${JSON.stringify(event.view.winner.settings)}`);
}
