/** Optuna's journal format: codes of operations and states, distributions, times. */
import type { Distribution } from '../study/space.ts';
import { parsePythonJson } from './python-json.ts';

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

/** One line of a journal: an operation with its code, its writer and further fields. */
export interface Operation {
  readonly op_code: number;
  readonly worker_id: string;
  readonly [field: string]: unknown;
}

/** A time as every Optuna from 3.1 to 5.0 reads it: local time without zone, with six digits after the seconds. */
export function datetime(moment: Date): string {
  const digits = (value: number, length = 2) => `${value}`.padStart(length, '0');
  const day = [digits(moment.getFullYear(), 4), digits(moment.getMonth() + 1), digits(moment.getDate())].join('-');
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((part) => digits(part)).join(':');
  return `${day}T${time}.${digits(moment.getMilliseconds(), 3)}000`;
}

/** A distribution as JSON in the form of Python's json.dumps. The line holds it as a string. */
export function distributionText({ name, attributes }: Distribution): string {
  const fields = Object.entries(attributes).map(([key, value]) => {
    if (Array.isArray(value)) return `"${key}": [${value.map((choice) => JSON.stringify(choice)).join(', ')}]`;
    // Optuna tells a float from an integer by the decimal point.
    const isFloat = name === 'FloatDistribution' && Number.isInteger(value) && typeof value === 'number';
    return `"${key}": ${isFloat && Math.abs(value) < 1e21 ? value.toFixed(1) : JSON.stringify(value)}`;
  });
  return `{"name": "${name}", "attributes": {${fields.join(', ')}}}`;
}

/**
 * The class of a distribution. Optuna drops a parameter whose distribution has another class than the first of its name
 * (check_distribution_compatibility). @param text JSON.
 */
export function distributionClass(text: string): string {
  const { name, attributes } = distributionIn(text) ?? { name: text, attributes: {} };
  // In Python, True equals 1.
  const choices = choicesIn(attributes)?.map((choice) => (typeof choice === 'boolean' ? Number(choice) : choice));
  return JSON.stringify([name, attributes.log ?? null, choices ?? null]);
}

/** The choices of a categorical distribution. @param text JSON. @returns undefined for a range. */
export function choicesOf(text: string): readonly unknown[] | undefined {
  return choicesIn(distributionIn(text)?.attributes ?? {});
}

/** The limits of a distribution of numbers. @param text JSON. @returns undefined for a categorical one. */
export function rangeOf(
  text: string,
): { readonly low: number; readonly high: number; readonly log: boolean; readonly isInteger: boolean } | undefined {
  const { name = '', attributes = {} } = distributionIn(text) ?? {};
  const { low, high, log } = attributes;
  if (typeof low !== 'number' || typeof high !== 'number') return undefined;
  return { low, high, log: log === true || name.startsWith('LogUniform'), isInteger: name.startsWith('Int') };
}

function choicesIn({ choices }: { readonly choices?: unknown }): readonly unknown[] | undefined {
  return Array.isArray(choices) ? choices : undefined;
}

function distributionIn(text: string): { name: string; attributes: Record<string, unknown> } | undefined {
  try {
    const { name, attributes } = Object(parsePythonJson(text));
    return typeof name === 'string' ? { name, attributes: Object(attributes) } : undefined;
  } catch {
    return undefined;
  }
}
