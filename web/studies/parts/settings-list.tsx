/** Settings as a list; those that differ from the defaults come first. */
import type { Value } from '../../../src/server/protocol.ts';
import { valueText } from '../data/words.ts';

export interface SettingsListProps {
  readonly settings: Readonly<Record<string, Value>>;
  /** Names of those that are not the default; undefined: not known. */
  readonly given?: readonly string[];
}

export function SettingsList({ settings, given }: SettingsListProps) {
  const names = Object.keys(settings);
  if (names.length === 0) return <p>None are recorded.</p>;
  const own = given ?? names;
  const defaults = names.filter((name) => !own.includes(name));
  return (
    <>
      <Pairs settings={settings} names={names.filter((name) => own.includes(name))} />
      {defaults.length > 0 && (
        <details>
          <summary>{defaults.length} defaults</summary>
          <Pairs settings={settings} names={defaults} />
        </details>
      )}
    </>
  );
}

function Pairs({
  settings,
  names,
}: {
  readonly settings: SettingsListProps['settings'];
  readonly names: readonly string[];
}) {
  return (
    <dl class="pairs">
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{valueText(settings[name])}</dd>
        </div>
      ))}
    </dl>
  );
}
