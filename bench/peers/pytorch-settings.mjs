// Finds the setting PyTorch is fastest with on this machine, for every kind of work, so that no weak one is compared
// with: first what a program can set, each alone and in pairs (bench/pytorch-settings.py), then what its environment
// can.
import { run, say } from '../measurement.mjs';

/**
 * A change of the environment must win every turn by this factor: smaller differences between two processes are noise.
 */
const worthwhile = 0.03;
const turns = 3;

const usual = 'as it is';
const environments = {
  [usual]: {},
  'OPENBLAS_CORETYPE unset': { OPENBLAS_CORETYPE: undefined },
  ...Object.fromEntries(
    ['Haswell', 'SkylakeX'].map((core) => [`OPENBLAS_CORETYPE=${core}`, { OPENBLAS_CORETYPE: core }]),
  ),
  'ATEN_CPU_CAPABILITY=avx512': { ATEN_CPU_CAPABILITY: 'avx512' },
};

/**
 * `works`: train-BATCH or forward-BATCH. Gives for each the `best` { setting, environment, env }, and all that was
 * `tried`: seconds of an epoch or a pass over 70,000 images, from slices; of environments those of every turn.
 */
export function findBestSettings(python, works) {
  say("finding PyTorch's best setting");
  const search = [python, 'bench/pytorch-settings.py', '--work', works.join()];
  const { version, seconds } = run([...search, '--rounds', '3']);
  const settings = works.map((work) => least(seconds[work]));
  const tried = Object.fromEntries(works.map((work) => [work, { settings: seconds[work], environments: {} }]));
  for (let turn = 1; turn <= turns; turn++) {
    for (const name of Object.keys(environments)) {
      say(`finding PyTorch's best setting: ${name}`);
      const found = secondsIn([...search, '--rounds', '1', '--settings', settings.join()], name);
      // On a processor without its instructions a program of the environment dies.
      if (found === undefined) continue;
      for (const [index, work] of works.entries()) {
        (tried[work].environments[name] ??= []).push(found[work][settings[index]]);
      }
    }
  }
  const best = works.map((work, index) => {
    const environment = fastestEnvironment(tried[work].environments);
    return [work, { setting: settings[index], environment, env: environments[environment] }];
  });
  return { version, best: Object.fromEntries(best), tried };
}

/** Seconds of every work in an environment; undefined where PyTorch does not run in it. */
function secondsIn(command, environment) {
  try {
    return run(command, { env: environments[environment] }).seconds;
  } catch (error) {
    if (environment === usual) throw error;
    say(`PyTorch does not run with ${environment}`);
    return undefined;
  }
}

function least(times) {
  return Object.entries(times).reduce((fastest, entry) => (entry[1] < fastest[1] ? entry : fastest))[0];
}

function fastestEnvironment(times) {
  const plain = times[usual];
  const better = Object.entries(times).filter(
    ([, seconds]) =>
      seconds.every((value, turn) => value < plain[turn]) &&
      Math.min(...seconds) < Math.min(...plain) * (1 - worthwhile),
  );
  return better.length === 0
    ? usual
    : least(Object.fromEntries(better.map(([name, each]) => [name, Math.min(...each)])));
}
