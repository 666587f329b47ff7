/**
 * Replay of Optuna's journal: lines become studies and trials with the ids that Optuna gives them
 * (optuna/storages/_journal/storage.py).
 */
import { WorldError } from '../base/errors.ts';
import { DigestChain, isTorn } from './digest.ts';
import { distributionClass, type Operation, operations, trialStates } from './optuna.ts';
import { parsePythonJson } from './python-json.ts';
import { isOurs } from './worker.ts';

export interface ReplayedTrial {
  readonly id: number;
  readonly study: number;
  /** The worker that created the trial. */
  readonly worker: string;
  state: number;
  /** Null where there are none, or where one of them is NaN or infinite. */
  values: readonly number[] | null;
  started: string | null;
  completed: string | null;
  /** Internal values by parameter: the index of a categorical, else the number; null for NaN and infinite ones. */
  readonly parameters: Map<string, number | null>;
  /** Distributions by parameter, as JSON. */
  readonly distributions: Map<string, string>;
  readonly intermediate: Map<number, number>;
  readonly attributes: Map<string, unknown>;
}

export interface ReplayedStudy {
  readonly id: number;
  readonly name: string;
  /** The worker that created the study. */
  readonly worker: string;
  readonly directions: readonly number[];
  readonly attributes: Map<string, unknown>;
  readonly trials: ReplayedTrial[];
  /** The first distribution of each parameter, as JSON. Distributions of later trials must have the same class. */
  readonly distributions: Map<string, string>;
  deleted: boolean;
}

/**
 * Is told which trial, or else which study, a line is about. @param end of the line: the number of characters of the
 * text that have been read, with the line break.
 */
export interface ReplayListener {
  onTrial(id: number, end: number): void;
  onStudy(id: number, end: number): void;
}

/**
 * The studies and trials after the lines so far. An impossible line (for a study that does not exist, or with a name
 * that is taken) is ignored, as Optuna ignores it; from one of our own workers it shows that the journal is damaged.
 */
export class Replay {
  readonly studies: ReplayedStudy[] = [];
  readonly trials: ReplayedTrial[] = [];
  readonly #file: string;
  readonly #digests = new DigestChain();
  readonly #listener: ReplayListener | undefined;
  #line = 0;

  /** @param file names the journal in errors. */
  constructor(file: string, listener?: ReplayListener) {
    this.#file = file;
    this.#listener = listener;
  }

  /**
   * Replays lines. A last line without a line break counts if it is whole; otherwise a crash cut it short, and it is
   * ignored.
   * @throws WorldError naming the line that is damaged or has an unknown code.
   */
  read(text: string): void {
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start);
      const line = end < 0 ? text.slice(start) : text.slice(start, end);
      const operation = parsed(line);
      if (end < 0 && operation === undefined && isTorn(line)) return;
      this.#line++;
      if (operation === undefined) throw this.#damaged('not a valid JSON object with op_code and worker_id');
      const wrong = this.#digests.check(line, operation);
      if (wrong !== undefined) throw this.#damaged(wrong);
      const { length } = this.trials;
      this.#apply(operation);
      start = end < 0 ? text.length : end + 1;
      if (this.#listener) this.#tell(operation, this.trials.length > length ? length : operation.trial_id, start);
    }
  }

  #tell({ study_id: study }: Operation, trial: unknown, end: number): void {
    if (typeof trial === 'number') this.#listener?.onTrial(trial, end);
    else this.#listener?.onStudy(typeof study === 'number' ? study : this.studies.length - 1, end);
  }

  /** Replays our operations, which are about to be appended. @returns their lines without line breaks. */
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

  /** A line with a taken name is ignored and uses no id: `create_study(load_if_exists=True)` writes such lines. */
  #createStudy({ study_name: name, directions, worker_id: worker }: Operation): void {
    if (typeof name !== 'string' || !Array.isArray(directions)) {
      throw this.#damaged('study_name or directions is missing');
    }
    if (this.studies.some((study) => !study.deleted && study.name === name)) {
      if (isOurs(worker)) throw this.#damaged(`there is a study "${name}" already`);
      return;
    }
    this.studies.push({
      id: this.studies.length,
      name,
      worker,
      directions,
      deleted: false,
      attributes: new Map(),
      trials: [],
      distributions: new Map(),
    });
  }

  #createTrial(operation: Operation): void {
    const study = this.#study(operation);
    if (!study) return;
    const trial: ReplayedTrial = {
      id: this.trials.length,
      study: study.id,
      worker: operation.worker_id,
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

  /** Optuna drops a parameter whose distribution has another class than the first of its name in the study. */
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

  /** The study of the line; undefined where the line is ignored: the study does not exist or was deleted. */
  #study(operation: Operation): ReplayedStudy | undefined {
    const id = this.#integer(operation, 'study_id');
    const study = this.studies[id];
    if (!study && isOurs(operation.worker_id)) throw this.#damaged(`there is no study ${id} yet`);
    return study?.deleted ? undefined : study;
  }

  /**
   * The unfinished trial of the line; undefined where the line is ignored. The trials of a deleted study still count.
   */
  #trial(operation: Operation): ReplayedTrial | undefined {
    const id = this.#integer(operation, 'trial_id');
    const trial = this.trials[id];
    if (isOurs(operation.worker_id)) {
      if (!trial) throw this.#damaged(`there is no trial ${id} yet`);
      // If a line of another program was removed, the numbers of later trials have moved.
      if (!isOurs(trial.worker))
        throw this.#damaged(`trial ${id} belongs to another program; lines of that program are missing`);
    }
    return trial && isUnfinished(trial) ? trial : undefined;
  }

  #stateOf(operation: Operation): number {
    const state = this.#integer(operation, 'state');
    if (!Object.values<number>(trialStates).includes(state)) throw this.#damaged(`there is no state ${state}`);
    return state;
  }

  /** A number field; null where another program wrote NaN or an infinite number. */
  #number(operation: Operation, field: string): number | null {
    const value = operation[field];
    if (typeof value === 'number') return value;
    if (value === null && !isOurs(operation.worker_id)) return null;
    throw this.#damaged(`${field} is not a number`);
  }

  #integer(operation: Operation, field: string): number {
    const value = operation[field];
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw this.#damaged(`${field} is not an integer`);
  }

  #damaged(why: string): WorldError {
    return new WorldError(
      `${this.#file}, line ${this.#line}: ${why}. A damaged journal is not read; restore it from a copy, or keep only the lines before this one (head -n ${this.#line - 1}), from which the study continues`,
    );
  }
}

/** Replays a whole journal. @param file names the journal in errors. @throws WorldError naming the damaged line. */
export function replay(text: string, file: string): Replay {
  const replayed = new Replay(file);
  replayed.read(text);
  return replayed;
}

/** Keeps the distribution if it is the first of its parameter. @returns the first one. */
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

/**
 * The parsed line; undefined where it is not JSON. Python's NaN and infinite numbers are accepted only in lines of
 * other programs.
 */
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

/** The numbers; null where there are none, or where one of them is NaN or infinite. */
function finiteNumbers(values: unknown): readonly number[] | null {
  return Array.isArray(values) && values.every((value) => typeof value === 'number') ? values : null;
}
