// Real Optuna, in a Python process that proposes settings and is told their losses.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

const python = '/usr/bin/python3';

/** The installed version, or undefined. */
export function optunaVersion() {
  const asked = spawnSync(python, ['-c', 'import optuna; print(optuna.__version__)'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** Optuna's TPE with its defaults and a new seed for every training, as a method, and what ends its process. */
export function startOptuna() {
  const child = spawn(python, [new URL('optuna-proposals.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const send = (value) => child.stdin.write(`${JSON.stringify(value)}\n`);
  const method = async (run) => {
    send({ space: run.table.space, seed: run.number, trials: run.budget });
    let best;
    while (run.trainings < run.budget) {
      const { value, done } = await lines.next();
      if (done) throw new Error('Optuna ended early');
      const settings = JSON.parse(value);
      const reported = run.train(settings, run.trainings + 1);
      send(reported);
      if (best === undefined || reported < best.reported) best = { settings, reported };
    }
    return best;
  };
  return { method, stop: () => child.stdin.end() };
}
