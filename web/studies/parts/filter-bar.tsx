/** The bar that filters the trials of a study, for every chart and the table. */
import { useState } from 'preact/hooks';
import type { ParameterView } from '../../../src/server/protocol.ts';
import { changeQuery } from '../address.ts';
import { type Condition, conditionQuery, isFiltering, trialStates, trialValue } from '../data/filter.ts';
import { useSelection } from '../data/selection.ts';
import type { StudyData } from '../data/study.ts';
import { countText, stepWord, trialStateWords, valueText } from '../data/words.ts';

export function FilterBar({ data }: { readonly data: StudyData }) {
  const { filter, trials } = useSelection(data);
  const { head } = data;
  const [name, setName] = useState('');
  const value: ParameterView = {
    name: 'value',
    varies: true,
    scale: { kind: 'number', low: 0, high: 1, log: false, isInteger: false },
  };
  const parameters = [value, ...head.parameters.filter(({ varies }) => varies)];
  const open = parameters.filter((each) => each.name === name || each.name in filter.conditions);
  const step = stepWord(head.kind);
  const present = trialStates.filter((state) => data.trials.some((trial) => trial.state === state));
  return (
    <form class="filters" aria-label="Filter of trials" onSubmit={(event) => event.preventDefault()}>
      <span class="filter-count" role="status">
        {isFiltering(filter)
          ? `${trials.length.toLocaleString('en-US')} of ${countText(data.trials.length, 'trial')}`
          : countText(data.trials.length, 'trial')}
      </span>
      {present.length > 1 && (
        <fieldset>
          <legend class="unseen">States</legend>
          {present.map((state) => (
            <label key={state}>
              <input
                type="checkbox"
                checked={filter.states.length === 0 || filter.states.includes(state)}
                onChange={() => changeQuery({ state: toggled(filter.states, state, present) })}
              />
              {trialStateWords[state]}
            </label>
          ))}
        </fieldset>
      )}
      <label title="Only so many trials, those with the best values">
        Only the best{' '}
        <input
          type="number"
          min={1}
          placeholder="all"
          value={filter.top ?? ''}
          onInput={({ currentTarget }) => changeQuery({ top: currentTarget.value })}
        />
      </label>
      <label title={`The value after this ${step} counts, in every chart and in the table`}>
        Value after {step}{' '}
        <input
          type="number"
          min={0}
          placeholder="last"
          value={filter.at ?? ''}
          onInput={({ currentTarget }) => changeQuery({ at: currentTarget.value })}
        />
      </label>
      {open.map((parameter) => (
        <ConditionInput
          key={parameter.name}
          parameter={parameter}
          condition={filter.conditions[parameter.name]}
          data={data}
        />
      ))}
      <label>
        <span class="unseen">Add a condition</span>
        {/* Arrow keys step through the options: the present one stays among them until it has a condition. */}
        <select
          value={name in filter.conditions ? '' : name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        >
          <option value="">Add a condition</option>
          {parameters
            .filter((each) => !(each.name in filter.conditions))
            .map((each) => (
              <option key={each.name} value={each.name}>
                {each.name}
              </option>
            ))}
        </select>
      </label>
      {filter.hidden.size > 0 && (
        <button type="button" onClick={() => changeQuery({ hide: undefined })}>
          Show {filter.hidden.size} hidden
        </button>
      )}
      {isFiltering(filter) && (
        <button
          type="button"
          onClick={() => {
            setName('');
            const cleared = Object.keys(filter.conditions).map((key) => conditionQuery(key, undefined));
            changeQuery(Object.assign({ state: undefined, top: undefined, hide: undefined }, ...cleared));
          }}
        >
          Clear
        </button>
      )}
    </form>
  );
}

/** All states: no condition. */
function toggled<State extends string>(
  chosen: readonly State[],
  state: State,
  all: readonly State[],
): string | undefined {
  const before = chosen.length === 0 ? all : chosen;
  const next = before.includes(state) ? before.filter((each) => each !== state) : [...before, state];
  return next.length === 0 || next.length === all.length ? undefined : next.join(',');
}

interface ConditionProps {
  readonly parameter: ParameterView;
  readonly condition: Condition | undefined;
  readonly data: StudyData;
}

function ConditionInput({ parameter: { name, scale }, condition, data }: ConditionProps) {
  const set = (next: Condition | undefined) => changeQuery(conditionQuery(name, next));
  if (scale.kind === 'choices') {
    const all = scale.values.map(String);
    const chosen = condition && 'oneOf' in condition ? condition.oneOf : all;
    return (
      <fieldset class="condition">
        <legend>{name}</legend>
        {all.map((text) => (
          <label key={text}>
            <input
              type="checkbox"
              checked={chosen.includes(text)}
              onChange={() => {
                const next = toggled(chosen, text, all);
                set(next === undefined ? undefined : { oneOf: all.filter((each) => next.split(',').includes(each)) });
              }}
            />
            {text}
          </label>
        ))}
      </fieldset>
    );
  }
  const { low, high } =
    condition && 'low' in condition ? condition : { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const known = name === 'value' ? valuesKnown(data) : scale;
  const end = (which: 'low' | 'high', now: number) => (
    <input
      type="number"
      step="any"
      aria-label={`${which === 'low' ? 'Smallest' : 'Largest'} ${name}`}
      placeholder={known ? valueText(known[which]) : ''}
      value={Number.isFinite(now) ? now : ''}
      onChange={({ currentTarget: { valueAsNumber } }) => {
        const fallback = which === 'low' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
        set({ low, high, [which]: Number.isNaN(valueAsNumber) ? fallback : valueAsNumber });
      }}
    />
  );
  return (
    <fieldset class="condition">
      <legend>{name}</legend>
      {end('low', low)} to {end('high', high)}
    </fieldset>
  );
}

function valuesKnown({ trials }: StudyData): { low: number; high: number } | undefined {
  const values = trials.map((trial) => trialValue(trial)).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  return { low: values.reduce((a, b) => Math.min(a, b)), high: values.reduce((a, b) => Math.max(a, b)) };
}
