/** The trials of a study that pass the filter in the address, with what every view asks about them. */
import { useMemo } from 'preact/hooks';
import type { ConfigurationName, Facts, TrialRow, Value } from '../../../src/server/protocol.ts';
import { address } from '../address.ts';
import { type Filter, filtered, readFilter } from './filter.ts';
import type { StudyData } from './study.ts';
import { valueText } from './words.ts';

export interface Selection {
  readonly filter: Filter;
  readonly trials: readonly TrialRow[];
  settingsOf(configuration: number): Readonly<Record<string, Value>>;
}

export function useSelection(data: StudyData): Selection {
  const { query } = address.value;
  const { trials, configurations, head } = data;
  const settingsOf = useMemo(() => {
    const byIndex = new Map(configurations.map(({ index, settings }) => [index, settings]));
    return (index: number) => byIndex.get(index) ?? {};
  }, [configurations]);
  const filter = useMemo(() => readFilter(query), [query]);
  const found = useMemo(
    () => filtered(trials, filter, { settingsOf, goal: head.objective.goal }),
    [trials, filter, settingsOf, head.objective.goal],
  );
  return useMemo(() => ({ filter, trials: found, settingsOf }), [filter, found, settingsOf]);
}

/** What a configuration is called: `C3: batchSize 32`, or its settings where the study gives it no name. */
export interface Names {
  short(configuration: number): string;
  long(configuration: number): string;
}

export function useNames(data: StudyData, facts: Facts | undefined): Names {
  const { configurations, head } = data;
  return useMemo(() => {
    const named = new Map<number | null, ConfigurationName>(facts?.names.map((name) => [name.index, name]));
    const varied = head.parameters.filter(({ varies }) => varies).map(({ name }) => name);
    const settings = new Map(configurations.map((row) => [row.index, row.settings]));
    const described = (index: number) => {
      const own = settings.get(index) ?? {};
      return varied.flatMap((name) => (name in own ? [`${name} ${valueText(own[name])}`] : [])).join(', ');
    };
    return {
      short: (index) => named.get(index)?.id ?? (described(index) || `configuration ${index}`),
      long: (index) => {
        const name = named.get(index);
        const text = name?.label || described(index);
        return [name?.id, text].filter(Boolean).join(': ') || `configuration ${index}`;
      },
    };
  }, [facts?.names, configurations, head]);
}
