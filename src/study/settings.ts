/** Settings: values by hyperparameter, and how people write them. */
import { nameOfValue } from '../base/named-content.ts';

/** The value of a setting. A text of several lines is the content of a file, with the file's name on the first line. */
export type Value = string | number | boolean | null;
/** Values by hyperparameter. Studies do not know what they mean. */
export type Settings = Readonly<Record<string, Value>>;

/**
 * A value as people write it in a study file: small powers of ten and numbers below 0.001 with an exponent, the content
 * of a file by its name.
 */
export function valueText(value: Value): string {
  if (typeof value === 'string') return nameOfValue(value);
  // JavaScript writes 1e+30.
  if (typeof value !== 'number' || value <= 0 || value >= 0.1) return `${value}`.replace('e+', 'e');
  const exponential = value.toExponential();
  return value < 0.001 || exponential.startsWith('1e') ? exponential : String(value);
}

/** A label for settings without one: `32`, or `batchSize=32 l2=1e-4` where several are set. */
export function labelOf(settings: Settings): string {
  const [only, ...more] = Object.values(settings);
  return only !== undefined && more.length === 0 ? valueText(only) : assignmentsOf(settings);
}

/** `batchSize=32 l2=1e-4` */
export function assignmentsOf(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}
