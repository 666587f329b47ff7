// Plays methods on tables, and prints how they compare.
import { mean, printTable, say, squares } from '../measurement.mjs';
import { Run } from './run.mjs';

/**
 * Plays methods on tables. @param methods by name. @param runs how many. @param budget of a run, in trainings.
 * @returns by method, a list for each table: of one result { regret, bias, trainings, epochs } for each run.
 */
export async function play(methods, tables, { runs, budget }) {
  const results = {};
  for (const [name, method] of Object.entries(methods)) {
    results[name] = [];
    for (const table of tables) {
      const played = [];
      for (let number = 1; number <= runs; number++) {
        say(`${table.name}, ${name}: run ${number} of ${runs}`);
        const run = new Run(table, { number, budget });
        const { settings, reported } = await method(run);
        const { trainings, epochs } = run;
        played.push({ regret: table.regretOf(settings), bias: table.biasOf(settings, reported), trainings, epochs });
      }
      results[name].push(played);
    }
  }
  return results;
}

/**
 * The mean of one number over runs and tables, and its standard error. Only runs are independent: in one run, methods
 * draw some of the same random numbers on several tables.
 * @param tables for each table, a list of one number for each run.
 */
function summary(tables) {
  const byRun = tables[0].map((_, run) => mean(tables.map((list) => list[run])));
  return { mean: mean(byRun), error: Math.sqrt(squares(byRun) / (byRun.length - 1) / byRun.length) };
}

/** One number of the results of a method: for each table, a list for its runs. */
function lists(tables, what) {
  return tables.map((played) => played.map((result) => result[what]));
}

/** How much larger the regret of the first method is than that of the second, run by run. */
export function difference(first, second) {
  const [of, than] = [lists(first, 'regret'), lists(second, 'regret')];
  return summary(of.map((list, table) => list.map((regret, run) => regret - than[table][run])));
}

export function shown({ mean: middle, error }) {
  return `${middle.toFixed(1)} ± ${error.toFixed(1)}`;
}

export function meanOf(tables, what) {
  return summary(lists(tables, what)).mean;
}

/** Prints a row for each method. @param results as {@link play} returns them. @param ours the method that all are compared with. */
export function printResults(results, tables, ours) {
  const all = tables.length > 1;
  const header = ['regret', ...tables.map(({ name }) => name), ...(all ? ['all'] : [])];
  printTable([
    [...header, `minus ${ours}`, 'bias', 'trainings', 'epochs'],
    ...Object.entries(results).map(([name, found]) => [
      name,
      ...lists(found, 'regret').map((list) => shown(summary([list]))),
      ...(all ? [shown(summary(lists(found, 'regret')))] : []),
      name === ours ? '' : shown(difference(found, results[ours])),
      shown(summary(lists(found, 'bias'))),
      meanOf(found, 'trainings').toFixed(0),
      meanOf(found, 'epochs').toFixed(0),
    ]),
  ]);
}
