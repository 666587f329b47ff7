/** Replay of Optuna's journal: lines become studies and trials with the ids that Optuna gives them (optuna/storages/_journal/storage.py). */
import { WorldError } from '../base/errors.ts';
import { DigestChain, isTorn } from './digest.ts';
import { distributionClass, type Operation, operations, trialStates } from './optuna.ts';
import { parsePythonJson } from './python-json.ts';
import { isOurs } from './worker.ts';

export interface ReplayedTrial {
  readonly id: number;
  readonly study: number;
  /** Who created the trial. */
  readonly worker: string;
  state: number;
  /** Null also where one of the values is NaN or infinite. */
  values: readonly number[] | null;
  started: string | null;
  completed: string | null;
  /** Internal values: a categorical's index, else the number; null where JSON has none for it. */
  readonly parameters: Map<string, number | null>;
  /** By parameter, as JSON. */
  readonly distributions: Map<string, string>;
  readonly intermediate: Map<number, number>;
  readonly attributes: Map<string, unknown>;
}

export interface ReplayedStudy {
  readonly id: number;
  readonly name: string;
  /** Who created the study. */
  readonly worker: string;
  readonly directions: readonly number[];
  readonly attributes: Map<string, unknown>;
  readonly trials: ReplayedTrial[];
  /** The first distribution of each parameter, as JSON: those of later trials must be of its class. */
  readonly distributions: Map<string, string>;
  deleted: boolean;
}

/**
 * What the lines so far say. A line that asks for something impossible (a study that does not exist, a name that is taken) is dropped
 * as Optuna drops it, but from one of our own workers it means that the journal is damaged.
 */
export class Replay {
  readonly studies: ReplayedStudy[] = [];
  readonly trials: ReplayedTrial[] = [];
  readonly #file: string;
  readonly #digests = new DigestChain();
  #line = 0;

  /** @param file names the journal in errors. */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Replays a text of lines. A last line without its line break counts if it is whole; otherwise a crash cut it off.
   * @throws WorldError naming the line that is damaged or that asks for something unknown.
   */
  read(text: string): void {
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start);
      const line = end < 0 ? text.slice(start) : text.slice(start, end);
      const operation = parsed(line);
      if (end < 0 && operation === undefined && isTorn(line)) return;
      this.#line++;
      if (operation === undefined) throw this.#damaged('no valid JSON object with op_code and worker_id');
      const wrong = this.#digests.check(line, operation);
      if (wrong !== undefined) throw this.#damaged(wrong);
      this.#apply(operation);
      start = end < 0 ? text.length : end + 1;
    }
  }

  /** Replays operations of ours that are about to be appended. @returns their lines, without line breaks. */
  add(operations: readonly Operation[]): string[] {
    return operations.map((operation) => {
      this.#line++;
      this.#apply(operation);
      return this.#digests.seal(operation);
    });
  }

  #apply(operation: Operation): void {
    switch (operation.op_code) {
      case operations.createStudy:
        this.#createStudy(operation);
        break;
      case operations.deleteStudy: {
        const study = this.#study(operation);
        if (study) study.deleted = true;
        break;
      }
      case operations.setStudyUserAttribute:
        this.#assign(this.#study(operation)?.attributes, operation.user_attr);
        break;
      case operations.setStudySystemAttribute:
        this.#study(operation);
        break;
      case operations.createTrial:
        this.#createTrial(operation);
        break;
      case operations.setTrialParameter:
        this.#setParameter(operation);
        break;
      case operations.setTrialState:
        this.#setState(operation);
        break;
      case operations.setTrialIntermediateValue:
        this.#setIntermediateValue(operation);
        break;
      case operations.setTrialUserAttribute:
        this.#assign(this.#trial(operation)?.attributes, operation.user_attr);
        break;
      case operations.setTrialSystemAttribute:
        this.#trial(operation);
        break;
      default:
        throw this.#damaged(`unknown op_code ${operation.op_code}; a newer version may have written it`);
    }
  }

  /** A name that a living study has is dropped and uses no id: `create_study(load_if_exists=True)` writes the line all the same. */
  #createStudy({ study_name: name, directions, worker_id: worker }: Operation): void {
    if (typeof name !== 'string' || !Array.isArray(directions)) {
      throw this.#damaged('study_name or directions is missing');
    }
    if (this.studies.some((study) => !study.deleted && study.name === name)) {
      if (isOurs(worker)) throw this.#damaged(`there is a study "${name}" already`);
      return;
    }
    this.studies.push({
      ...{ id: this.studies.length, name, worker, directions, deleted: false },
      ...{ attributes: new Map(), trials: [], distributions: new Map() },
    });
  }

  #createTrial(operation: Operation): void {
    const study = this.#study(operation);
    if (!study) return;
    const trial: ReplayedTrial = {
      ...{ id: this.trials.length, study: study.id, worker: operation.worker_id },
      state: operation.state === undefined ? trialStates.running : this.#stateOf(operation),
      values: finiteNumbers(typeof operation.value === 'number' ? [operation.value] : operation.values),
      started: textOf(operation.datetime_start),
      completed: textOf(operation.datetime_complete),
      parameters: new Map(Object.entries(record(operation.params)).map(([name, value]) => [name, numberOf(value)])),
      distributions: new Map(
        Object.entries(record(operation.distributions)).map(([name, text]) => [name, String(text)]),
      ),
      intermediate: new Map(
        Object.entries(record(operation.intermediate_values)).flatMap(([step, value]) =>
          typeof value === 'number' ? [[Number(step), value] as const] : [],
        ),
      ),
      attributes: new Map(Object.entries(record(operation.user_attrs))),
    };
    this.trials.push(trial);
    study.trials.push(trial);
    for (const name of trial.parameters.keys()) keepFirst(study, name, trial.distributions.get(name));
  }

  /** Optuna drops a parameter whose distribution is of another class than the study's first of that name. */
  #setParameter(operation: Operation): void {
    const trial = this.#trial(operation);
    if (!trial) return;
    const [name, distribution] = [String(operation.param_name), String(operation.distribution)];
    const first = keepFirst(this.studies[trial.study]!, name, distribution);
    if (first !== distribution && distributionClass(first) !== distributionClass(distribution)) return;
    trial.parameters.set(name, this.#number(operation, 'param_value_internal'));
    trial.distributions.set(name, distribution);
  }

  #setState(operation: Operation): void {
    const trial = this.#trial(operation);
    if (!trial) return;
    const state = this.#stateOf(operation);
    if (state === trialStates.running && trial.state === state) return;
    if (state === trialStates.running) trial.started = textOf(operation.datetime_start);
    else if (state !== trialStates.waiting) trial.completed = textOf(operation.datetime_complete);
    trial.state = state;
    if (operation.values !== null) trial.values = finiteNumbers(operation.values);
  }

  #setIntermediateValue(operation: Operation): void {
    const trial = this.#trial(operation);
    if (!trial) return;
    const step = this.#integer(operation, 'step');
    const value = this.#number(operation, 'intermediate_value');
    if (value === null) trial.intermediate.delete(step);
    else trial.intermediate.set(step, value);
  }

  #assign(attributes: Map<string, unknown> | undefined, given: unknown): void {
    if (!attributes) return;
    const [entry, ...more] = Object.entries(record(given));
    if (!entry || more.length > 0) throw this.#damaged('an attribute needs exactly one key');
    attributes.set(...entry);
  }

  /** The living study that the line is about; undefined where the line is to be dropped. */
  #study(operation: Operation): ReplayedStudy | undefined {
    const id = this.#integer(operation, 'study_id');
    const study = this.studies[id];
    if (!study && isOurs(operation.worker_id)) throw this.#damaged(`there is no study ${id} yet`);
    return study?.deleted ? undefined : study;
  }

  /** The unfinished trial that the line is about; undefined where the line is to be dropped. Trials outlive a deleted study. */
  #trial(operation: Operation): ReplayedTrial | undefined {
    const id = this.#integer(operation, 'trial_id');
    const trial = this.trials[id];
    if (isOurs(operation.worker_id)) {
      if (!trial) throw this.#damaged(`there is no trial ${id} yet`);
      // Where a line of another program was taken out, the numbers of the trials after it are wrong.
      if (!isOurs(trial.worker)) throw this.#damaged(`trial ${id} is another program's; lines of it are missing`);
    }
    return trial && isUnfinished(trial) ? trial : undefined;
  }

  #stateOf(operation: Operation): number {
    const state = this.#integer(operation, 'state');
    if (!Object.values<number>(trialStates).includes(state)) throw this.#damaged(`there is no state ${state}`);
    return state;
  }

  /** Null from another worker whose number is NaN or infinite. */
  #number(operation: Operation, field: string): number | null {
    const value = operation[field];
    if (typeof value === 'number') return value;
    if (value === null && !isOurs(operation.worker_id)) return null;
    throw this.#damaged(`${field} is no number`);
  }

  #integer(operation: Operation, field: string): number {
    const value = operation[field];
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw this.#damaged(`${field} is no integer`);
  }

  #damaged(why: string): WorldError {
    return new WorldError(
      `${this.#file}, line ${this.#line}: ${why}. Nothing is shown from a damaged journal; restore it from a copy, or keep only the lines before this one (head -n ${this.#line - 1}), from which the study goes on`,
    );
  }
}

/** Replays a whole journal. @param file names the journal in errors. @throws WorldError naming the damaged line. */
export function replay(text: string, file: string): Replay {
  const replayed = new Replay(file);
  replayed.read(text);
  return replayed;
}

/** @returns the first distribution of the parameter, which may be this one. */
function keepFirst({ distributions }: ReplayedStudy, parameter: string, distribution = ''): string {
  const first = distributions.get(parameter) ?? distribution;
  distributions.set(parameter, first);
  return first;
}

function isUnfinished({ state }: ReplayedTrial): boolean {
  return state === trialStates.running || state === trialStates.waiting;
}

function parsed(line: string): Operation | undefined {
  const value = record(anyJson(line));
  return typeof value.op_code === 'number' && typeof value.worker_id === 'string' ? (value as Operation) : undefined;
}

/** Undefined for what is no JSON. Python's bare NaN and infinite numbers are read in lines of other programs only: we never write them. */
function anyJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    try {
      const value = parsePythonJson(line);
      return isOurs(String(record(value).worker_id)) ? undefined : value;
    } catch {
      return undefined;
    }
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Null where there are none, or one of them is NaN or infinite. */
function finiteNumbers(values: unknown): readonly number[] | null {
  return Array.isArray(values) && values.every((value) => typeof value === 'number') ? values : null;
}
