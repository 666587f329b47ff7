// A search for the settings of a program that is no network: simulated annealing on a tour of cities. Settings are proposed
// one after the other, bad ones are stopped early, and the best are confirmed on seeds that nothing was selected by.
// Run `npm run build`, then `node examples/own-search.mjs`.
import { functionTask, MemoryStore, runStudy } from 'lenet-lab';

const cities = 40;
const epochs = 9;

/** Shortens a random tour. The score is its length, with a minus: larger is better. */
const task = functionTask({
  parameters: { temperature: 0.1, cooling: 0.9, move: 'swap', epochs },
  async run({ temperature, cooling, move }, { random, report }) {
    const places = Array.from({ length: cities }, () => [random.uniform(), random.uniform()]);
    const tour = places.map((_, city) => city);
    const distance = (a, b) => Math.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]);
    const length = () => tour.reduce((sum, city, at) => sum + distance(city, tour[(at + 1) % cities]), 0);
    let current = length();
    let heat = temperature;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      for (let step = 0; step < 300; step++) {
        const [from, to] = [random.below(cities), random.below(cities)].sort((a, b) => a - b);
        const before = [...tour];
        if (move === 'swap') [tour[from], tour[to]] = [tour[to], tour[from]];
        else tour.splice(from, to - from + 1, ...tour.slice(from, to + 1).reverse());
        const next = length();
        if (next < current || random.uniform() < Math.exp((current - next) / heat)) current = next;
        else tour.splice(0, cities, ...before);
      }
      heat *= cooling;
      // The study may pause this call here, and call again if the settings go on.
      if (epoch < epochs) report(epoch, -current);
    }
    return -current;
  },
});

const definition = {
  name: 'own-search',
  objective: 'score',
  base: { epochs },
  plan: { kind: 'search', sampler: 'tpe', trainings: 60, earlyStopping: 'halving', confirm: 5, parallel: 4, seed: 1 },
  space: {
    temperature: { kind: 'float', low: 1e-3, high: 1, log: true },
    cooling: { kind: 'float', low: 0.1, high: 1 },
    move: { kind: 'choices', values: ['swap', 'reverse'] },
  },
  seeds: [1],
};

for await (const event of runStudy({ definition, task, store: new MemoryStore(), jobs: 2 })) {
  if (event.type !== 'finished') continue;
  const { proposals, confirmation } = event.view.search;
  console.log(`${proposals.length} settings were tried; the best: ${JSON.stringify(confirmation.winner.settings)}`);
  const { gain } = confirmation.claims.find(({ against }) => against === 'base');
  const [low, high] = gain.interval.map((end) => end.toFixed(2));
  console.log(`on ${gain.seeds} fresh seeds the tour is shorter by ${gain.mean.toFixed(2)} (95 %: ${low} to ${high})`);
}
