/** Optuna's journal as data: its operations, and the replay that turns lines into studies and trials. */
import { WorldError } from '../base/errors.ts';
import type { Distribution } from '../study/space.ts';

/** Codes of optuna/storages/journal/_storage.py. */
export const operations = {
  createStudy: 0,
  deleteStudy: 1,
  setStudyUserAttribute: 2,
  setStudySystemAttribute: 3,
  createTrial: 4,
  setTrialParameter: 5,
  setTrialState: 6,
  setTrialIntermediateValue: 7,
  setTrialUserAttribute: 8,
  setTrialSystemAttribute: 9,
} as const;

/** Codes of optuna/trial/_state.py. */
export const trialStates = { running: 0, complete: 1, pruned: 2, failed: 3, waiting: 4 } as const;

export const directions = { minimize: 1, maximize: 2 } as const;

/** One line: its code, its writer, and what the code asks for. */
export interface Operation {
  readonly op_code: number;
  readonly worker_id: string;
  readonly [field: string]: unknown;
}

export interface ReplayedTrial {
  readonly id: number;
  readonly study: number;
  /** Who created it. */
  readonly worker: string;
  state: number;
  values: readonly number[] | null;
  started: string | null;
  completed: string | null;
  /** Internal values: a categorical's index, else the number. */
  readonly parameters: Map<string, number>;
  /** By parameter, as JSON. */
  readonly distributions: Map<string, string>;
  readonly intermediate: Map<number, number>;
  readonly attributes: Map<string, unknown>;
}

export interface ReplayedStudy {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly number[];
  readonly attributes: Map<string, unknown>;
  readonly trials: ReplayedTrial[];
  deleted: boolean;
}

/** The moment as every Optuna from 3.1 to 5.0 reads it: local, without zone, six digits. */
export function datetime(moment: Date): string {
  const digits = (value: number, length = 2) => `${value}`.padStart(length, '0');
  const day = [digits(moment.getFullYear(), 4), digits(moment.getMonth() + 1), digits(moment.getDate())].join('-');
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((part) => digits(part)).join(':');
  return `${day}T${time}.${digits(moment.getMilliseconds(), 3)}000`;
}

/** A distribution as Python's json.dumps would write it: a string inside the line. */
export function distributionText({ name, attributes }: Distribution): string {
  const fields = Object.entries(attributes).map(([key, value]) => {
    if (Array.isArray(value)) return `"${key}": [${value.map((choice) => JSON.stringify(choice)).join(', ')}]`;
    // Optuna tells a float from an integer by its point.
    const isFloat = name === 'FloatDistribution' && Number.isInteger(value) && typeof value === 'number';
    return `"${key}": ${isFloat && Math.abs(value) < 1e21 ? value.toFixed(1) : JSON.stringify(value)}`;
  });
  return `{"name": "${name}", "attributes": {${fields.join(', ')}}}`;
}

/**
 * Replays a journal in one pass. A last line without its line break counts if it is whole; else a crash cut it off.
 * @param file names the journal in errors.
 * @throws WorldError naming the line that is damaged or that asks for something unknown.
 */
export function replay(text: string, file: string): ReplayedStudy[] {
  const studies: ReplayedStudy[] = [];
  const trials: ReplayedTrial[] = [];
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    number++;
    const line = end < 0 ? text.slice(start) : text.slice(start, end);
    if (end < 0 && parsed(line) === undefined) break;
    apply(line, number);
    start = end < 0 ? text.length : end + 1;
  }
  return studies;

  function damaged(line: number, why: string): WorldError {
    return new WorldError(
      `${file}, line ${line}: ${why}. Nothing is shown from a damaged journal; restore it from a copy, or remove the line if you know what it was`,
    );
  }

  function apply(line: string, at: number): void {
    const operation = parsed(line);
    if (operation === undefined) throw damaged(at, 'no valid JSON object with op_code and worker_id');
    const study = () => {
      const found = studies[integer(operation, 'study_id', at)];
      if (!found) throw damaged(at, `there is no study ${operation.study_id} yet`);
      return found;
    };
    const trial = () => {
      const found = trials[integer(operation, 'trial_id', at)];
      if (!found) throw damaged(at, `there is no trial ${operation.trial_id} yet`);
      return found;
    };
    /** Optuna ignores what comes after a trial's end. */
    const unfinished = (change: (trial: ReplayedTrial) => void) => {
      const found = trial();
      if (found.state === trialStates.running || found.state === trialStates.waiting) change(found);
    };
    switch (operation.op_code) {
      case operations.createStudy: {
        const { study_name: name, directions: ways } = operation;
        if (typeof name !== 'string' || !Array.isArray(ways)) throw damaged(at, 'study_name or directions is missing');
        const fresh = { attributes: new Map<string, unknown>(), trials: [], deleted: false };
        studies.push({ id: studies.length, name, directions: ways, ...fresh });
        return;
      }
      case operations.deleteStudy:
        study().deleted = true;
        return;
      case operations.setStudyUserAttribute:
        assign(study().attributes, operation.user_attr, at);
        return;
      case operations.setStudySystemAttribute:
        study();
        return;
      case operations.createTrial: {
        const { trials: siblings, id } = study();
        const fresh: ReplayedTrial = {
          ...{ id: trials.length, study: id, worker: operation.worker_id, completed: null },
          state: typeof operation.state === 'number' ? operation.state : trialStates.running,
          values: valuesOf(operation),
          started: typeof operation.datetime_start === 'string' ? operation.datetime_start : null,
          parameters: numbersOf(operation.params),
          distributions: new Map(
            Object.entries(record(operation.distributions)).map(([name, text]) => [name, `${text}`]),
          ),
          intermediate: new Map(
            [...numbersOf(operation.intermediate_values)].map(([step, value]) => [Number(step), value]),
          ),
          attributes: new Map(),
        };
        for (const attribute of Object.entries(record(operation.user_attrs))) fresh.attributes.set(...attribute);
        trials.push(fresh);
        siblings.push(fresh);
        return;
      }
      case operations.setTrialParameter:
        unfinished(({ parameters, distributions }) => {
          const name = String(operation.param_name);
          parameters.set(name, numeric(operation, 'param_value_internal', at));
          distributions.set(name, String(operation.distribution));
        });
        return;
      case operations.setTrialState:
        unfinished((found) => {
          found.state = integer(operation, 'state', at);
          found.values = valuesOf(operation);
          if (typeof operation.datetime_start === 'string') found.started = operation.datetime_start;
          if (typeof operation.datetime_complete === 'string') found.completed = operation.datetime_complete;
        });
        return;
      case operations.setTrialIntermediateValue:
        unfinished(({ intermediate }) =>
          intermediate.set(integer(operation, 'step', at), numeric(operation, 'intermediate_value', at)),
        );
        return;
      case operations.setTrialUserAttribute:
        unfinished(({ attributes }) => assign(attributes, operation.user_attr, at));
        return;
      case operations.setTrialSystemAttribute:
        trial();
        return;
      default:
        throw damaged(at, `unknown op_code ${operation.op_code}; a newer version may have written it`);
    }
  }

  function assign(attributes: Map<string, unknown>, given: unknown, at: number): void {
    const [entry, ...more] = Object.entries(record(given));
    if (!entry || more.length > 0) throw damaged(at, 'an attribute needs exactly one key');
    attributes.set(...entry);
  }

  function numeric(operation: Operation, field: string, at: number): number {
    const value = operation[field];
    if (typeof value !== 'number') throw damaged(at, `${field} is no number`);
    return value;
  }

  function integer(operation: Operation, field: string, at: number): number {
    const value = numeric(operation, field, at);
    if (!Number.isInteger(value)) throw damaged(at, `${field} is no integer`);
    return value;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The numbers of a map, by name. */
function numbersOf(value: unknown): Map<string, number> {
  return new Map(
    Object.entries(record(value)).flatMap(([name, item]) => (typeof item === 'number' ? [[name, item] as const] : [])),
  );
}

/** A finished trial's values; a trial that was added whole may have a single one. */
function valuesOf({ values, value }: Operation): readonly number[] | null {
  if (Array.isArray(values)) return values;
  return typeof value === 'number' ? [value] : null;
}

function parsed(line: string): Operation | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const { op_code: code, worker_id: worker } = record(value);
    return typeof code === 'number' && typeof worker === 'string' ? (value as Operation) : undefined;
  } catch {
    return undefined;
  }
}
