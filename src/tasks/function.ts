/** A task that is a JavaScript function, for your own functions, simulations and tests. */
import { UsageError } from '../base/errors.ts';
import { type Random, randomStream } from '../base/random.ts';
import type { Settings, Value } from '../study/definition.ts';
import type { Condition } from '../study/space.ts';
import type { OpenTask, Parameter, Pool, RunningTrial, Task, TrialMessage, TrialOrder } from './task.ts';

export interface FunctionContext {
  readonly seed: number;
  /**
   * The trial's own random generator, made from its seed. Use it instead of Math.random, or the study cannot be
   * repeated.
   */
  readonly random: Random;
  /** Aborted when the study is asked to stop; a function that throws then is run again later. */
  readonly signal: AbortSignal;
  /** Reports an intermediate score after an epoch (1, 2, ...). @throws UsageError unless the score is finite. */
  report(epoch: number, score: number): void;
}

export interface FunctionTaskOptions {
  /** The default of every parameter; unknown parameters are refused. */
  readonly parameters: Readonly<Record<string, Value>>;
  /** Conditions: parameters that count only under some values of others. */
  readonly when?: Readonly<Record<string, Condition>>;
  /** Names the data that results depend on; a study is not continued with another hash. */
  readonly dataHash?: string;
  /** @returns the score. A thrown error makes a failed trial. */
  run(settings: Settings, context: FunctionContext): number | Promise<number>;
}

/** A task for {@link runStudy} whose trials call `run` in this process. */
export function functionTask({ parameters, when = {}, dataHash = 'function', run }: FunctionTaskOptions): Task {
  const complete = (settings: Settings): Settings => {
    for (const [name, value] of Object.entries(settings)) {
      if (!(name in parameters)) {
        throw new UsageError(`unknown parameter ${name}: there are ${Object.keys(parameters).join(', ')}`);
      }
      if (typeof value !== typeof parameters[name]) {
        throw new UsageError(`${name}: expected a ${typeof parameters[name]}, got ${value}`);
      }
    }
    return { ...parameters, ...settings };
  };
  const canonical = (settings: Settings) =>
    Object.fromEntries(Object.entries(complete(settings)).filter(([name, value]) => value !== parameters[name]));
  const pool: Pool = {
    start: (order, listen) => start(run, order, complete(order.configuration), listen),
  };
  const opened: OpenTask = {
    dataHash,
    summary: 'Trials are calls of a function',
    pool,
    bytesPerTrial: () => ({ running: 0, whole: 0, dropped: 0 }),
    results: () => Promise.resolve({ state: 'whole' }),
    discard() {},
  };
  const described = Object.entries(parameters).map(([name, value]): [string, Parameter] => [
    name,
    { kind: kindOf(value), default: value, ...(when[name] ? { when: when[name] } : {}) },
  ]);
  return {
    settings: { parameters: Object.fromEntries(described), complete, canonical, whySame: () => undefined },
    open: () => Promise.resolve(opened),
  };
}

function kindOf(value: Value): Parameter['kind'] {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'flag' : 'choice';
}

function start(
  run: FunctionTaskOptions['run'],
  { seed }: TrialOrder,
  settings: Settings,
  listen: (message: TrialMessage) => void,
): RunningTrial {
  const stopper = new AbortController();
  const { signal } = stopper;
  let last = 0;
  const report = (epoch: number, score: number) => {
    if (!Number.isFinite(score)) throw new UsageError(`epoch ${epoch}: expected a finite score, got ${score}`);
    last = epoch;
    listen({ type: 'epoch', point: { epoch, score }, share: 0 });
  };
  const work = async (): Promise<TrialMessage> => {
    const score = await run(settings, { seed, signal, random: randomStream(seed, 'function'), report });
    report(last + 1, score);
    return { type: 'finished' };
  };
  work()
    .catch((error: unknown): TrialMessage => {
      if (signal.aborted) return { type: 'interrupted' };
      return { type: 'failed', kind: 'trial', message: error instanceof Error ? error.message : String(error) };
    })
    .then(listen);
  return { stop: () => stopper.abort(), kill: () => Promise.resolve(stopper.abort()) };
}
