/** A task that is a JavaScript function: for functions of one's own, simulations and tests. */
import { checkFunction, checkInteger, checkOptions, checkRecord, checkText, shown, wrong } from '../base/argument.ts';
import { UsageError, unknownChoice } from '../base/errors.ts';
import { type Random, randomStream } from '../base/random.ts';
import type { Settings, Value } from '../study/definition.ts';
import { type Condition, checkCondition } from '../study/space.ts';
import type { OpenTask, Parameter, Pool, RunningTrial, Task, TrialMessage, TrialOrder } from './task.ts';

/** What a task's function is given beside its settings. */
export interface FunctionContext {
  readonly seed: number;
  /**
   * The trial's own random generator, made from its seed. Use it instead of Math.random, or the study cannot be
   * repeated.
   */
  readonly random: Random;
  /** Aborted when the study is asked to stop; a function that throws then is run again later. */
  readonly signal: AbortSignal;
  /**
   * Reports a score on the way.
   * @param epoch from 1 on, each larger than the one before. @param score a finite number. @throws UsageError for any
   * other; an error that the function lets pass where a search with early stopping pauses the trial: the function is
   * called again from its start if the trial goes on.
   */
  report(epoch: number, score: number): void;
}

/** What {@link functionTask} makes a task of. */
export interface FunctionTaskOptions {
  /** The default of every parameter; unknown parameters are refused. */
  readonly parameters: Readonly<Record<string, Value>>;
  /** Parameters that count under some values of others only. */
  readonly when?: Readonly<Record<string, Condition>> | undefined;
  /** What the results depend on beside settings and seed; a study is not continued with another. */
  readonly dataHash?: string | undefined;
  /** @returns the score. A thrown error makes a failed trial. */
  run(settings: Settings, context: FunctionContext): number | Promise<number>;
}

/**
 * A task for {@link runStudy} whose trials call `run` in this process.
 * @throws UsageError for options that cannot be right, and for unknown ones.
 */
export function functionTask(options: FunctionTaskOptions): Task {
  checkOptions('functionTask()', options, { parameters: true, when: true, dataHash: true, run: true });
  const { parameters, when = {}, dataHash = 'function', run } = options;
  checkRecord('functionTask(): parameters', parameters, 'default values by name');
  for (const [name, value] of Object.entries(parameters)) {
    if (!(value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))) {
      throw wrong(`functionTask(): parameters.${name}`, 'a text, a finite number, true, false or null', value);
    }
  }
  checkRecord('functionTask(): when', when, 'conditions by name');
  for (const [name, condition] of Object.entries(when)) {
    if (!Object.hasOwn(parameters, name)) throw unknownChoice('parameter in when', name, Object.keys(parameters));
    checkCondition(`functionTask(): when.${name}`, condition);
  }
  checkText('functionTask(): dataHash', dataHash);
  checkFunction('functionTask(): run', run);
  const complete = (settings: Settings): Settings => {
    for (const [name, value] of Object.entries(settings)) {
      if (!Object.hasOwn(parameters, name)) {
        throw new UsageError(`unknown parameter ${name}: there are ${Object.keys(parameters).join(', ')}`);
      }
      if (typeof value !== typeof parameters[name]) {
        throw new UsageError(`${name}: expected a ${typeof parameters[name]}, got ${shown(value)}`);
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

/** Thrown by `report` to end a function that the study pauses. It is called again when it may go on. */
class Paused extends Error {
  constructor() {
    super('the study has paused this trial');
  }
}

function start(
  run: FunctionTaskOptions['run'],
  { seed, until = Number.POSITIVE_INFINITY }: TrialOrder,
  settings: Settings,
  listen: (message: TrialMessage) => void,
): RunningTrial {
  const stopper = new AbortController();
  const { signal } = stopper;
  let last = 0;
  const report = (epoch: number, score: number) => {
    checkInteger('report(): epoch', epoch, last + 1, Number.MAX_SAFE_INTEGER);
    if (!Number.isFinite(score)) throw new UsageError(`epoch ${epoch}: expected a finite score, got ${shown(score)}`);
    // A function that goes on after it was paused is not heard.
    if (last >= until) throw new Paused();
    last = epoch;
    listen({ type: 'epoch', point: { epoch, score }, share: 0 });
    if (epoch >= until) throw new Paused();
  };
  const work = async (): Promise<TrialMessage> => {
    const score = await run(settings, { seed, signal, random: randomStream(seed, 'function'), report });
    if (last >= until) return { type: 'paused' };
    report(last + 1, score);
    return { type: 'finished' };
  };
  work()
    .catch((error: unknown): TrialMessage => {
      if (last >= until) return { type: 'paused' };
      if (signal.aborted) return { type: 'interrupted' };
      return { type: 'failed', kind: 'trial', message: error instanceof Error ? error.message : shown(error) };
    })
    .then(listen);
  return { stop: () => stopper.abort(), kill: () => Promise.resolve(stopper.abort()) };
}
