/** The numbers that network files name, as hyperparameters beside ours. */
import { UsageError } from '../../base/errors.ts';
import type { Numeric } from '../../base/hyperparameter.ts';
import { nameOfValue } from '../../base/named-content.ts';
import type { Condition } from '../../study/space.ts';
import { hyperparameters } from './hyperparameters.ts';
import { networkIn } from './networks.ts';

/** A number of network files. It counts under the models whose files name it. */
export type NetworkNumber = Numeric & { readonly when: Condition; readonly isStructural: true };

/**
 * The numbers of network files.
 * @param models values of the hyperparameter `model`; those without a file have no numbers.
 * @throws UsageError for a number with the name of a hyperparameter of ours, and for one that two files declare differently.
 */
export function numbersOfNetworks(models: readonly string[]): Readonly<Record<string, NetworkNumber>> {
  const found = new Map<string, NetworkNumber>();
  for (const model of models) {
    for (const [name, entry] of Object.entries(networkIn(model)?.parameters ?? {})) {
      if (Object.hasOwn(hyperparameters, name)) {
        throw new UsageError(
          `${nameOfValue(model)}: parameter ${name} has the name of a hyperparameter; call it otherwise`,
        );
      }
      const known = found.get(name);
      if (known && known.kind !== entry.kind) {
        throw new UsageError(
          `${name} is ${known.kind === 'integer' ? 'an integer' : 'a number'} in ${nameOfValue(String(known.when.model![0]))}, not in ${nameOfValue(model)}; give both the same kind`,
        );
      }
      const least = Math.max(known?.least ?? entry.least, entry.least);
      const most = Math.min(known?.most ?? entry.most, entry.most);
      const when = { model: [...(known?.when.model ?? []), model] };
      found.set(name, { ...entry, default: known?.default ?? entry.default, least, most, when, isStructural: true });
    }
  }
  return Object.fromEntries(found);
}
