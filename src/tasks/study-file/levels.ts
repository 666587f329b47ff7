/** The levels of stages and grids, each with its place in the file. */
import { type Level, labelOf, type Settings, type Value } from '../../study/definition.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export interface PlacedLevel {
  readonly level: Level;
  readonly path: Path;
}

/** A hyperparameter with its levels. */
export interface PlacedFactor {
  readonly name: string;
  readonly levels: readonly PlacedLevel[];
}

/**
 * @param items values, or maps of settings with a label.
 * @throws UsageError for a level that sets nothing or stands twice.
 */
export function readFactor(
  name: string,
  items: readonly unknown[],
  { path, source }: { readonly path: Path; readonly source: YamlSource },
): PlacedFactor {
  const levels = items.map((item, index): PlacedLevel => {
    const place = [...path, index];
    if (typeof item !== 'object' || item === null) {
      const settings = { [name]: item as Value };
      return { level: { settings, label: labelOf(settings) }, path: place };
    }
    const { label, ...settings } = item as Settings & { readonly label?: string };
    if (Object.keys(settings).length === 0) throw source.mistake(place, 'the level sets nothing');
    return { level: { settings, label: label ?? labelOf(settings) }, path: place };
  });
  const twice = repeated(levels, ({ level }) => JSON.stringify(Object.entries(level.settings).sort()));
  if (twice) throw source.mistake(twice.path, `the level ${twice.level.label} stands twice`);
  const alike = repeated(levels, ({ level }) => level.label);
  if (alike)
    throw source.mistake(
      alike.path,
      `two levels are labelled ${alike.level.label}: give them different names with label:`,
    );
  return { name, levels };
}

function repeated<T>(items: readonly T[], keyOf: (item: T) => string): T | undefined {
  const seen = new Set<string>();
  return items.find((item) => {
    const isKnown = seen.has(keyOf(item));
    seen.add(keyOf(item));
    return isKnown;
  });
}
