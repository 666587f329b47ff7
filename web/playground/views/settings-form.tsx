/** The form for the settings of a training: a recipe, and sliders that move away from it. */
import { useId } from 'preact/hooks';
import type { Settings } from '../../../src/study/definition.ts';
import { shortNumber } from '../../shared/chart/ticks.ts';
import {
  optimizerOf,
  optimizers,
  recipeNameOf,
  recipeSettings,
  recipes,
  type Slider,
  settingOf,
  sliders,
  stepOf,
} from '../settings.ts';

export interface SettingsFormProps {
  readonly settings: Settings;
  readonly onChange: (settings: Settings) => void;
}

export function SettingsForm({ settings, onChange }: SettingsFormProps) {
  const id = useId();
  const recipe = recipeNameOf(settings);
  const optimizer = optimizerOf(settings);
  return (
    <fieldset class="settings">
      <legend class="unseen">Settings</legend>
      <div class="field">
        <label for={`${id}-recipe`}>Recipe</label>
        <select
          id={`${id}-recipe`}
          value={recipe ?? ''}
          onChange={({ currentTarget: { value } }) => value && onChange(recipeSettings(value))}
        >
          {recipe === undefined && <option value="">your own</option>}
          {recipes.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <p class="note">{recipes.find(({ name }) => name === recipe)?.sentence ?? 'Moved away from a recipe.'}</p>
      <div class="field">
        <label for={`${id}-optimizer`}>Optimizer</label>
        <select
          id={`${id}-optimizer`}
          value={optimizer}
          onChange={({ currentTarget: { value } }) => onChange({ ...settings, optimizer: value })}
        >
          {optimizers.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {sliders
        .filter(({ when }) => !when || when.includes(optimizer))
        .map((slider) => (
          <SliderField key={slider.name} slider={slider} settings={settings} onChange={onChange} />
        ))}
    </fieldset>
  );
}

function SliderField({ slider, settings, onChange }: SettingsFormProps & { readonly slider: Slider }) {
  const id = useId();
  const { name, label, steps, hint } = slider;
  const value = settingOf(settings, name);
  return (
    <div class="field">
      <label for={id} title={hint}>
        {label}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={steps.length - 1}
        step={1}
        value={stepOf(slider, value)}
        aria-valuetext={shortNumber(value)}
        title={hint}
        onInput={({ currentTarget }) => onChange({ ...settings, [name]: steps[Number(currentTarget.value)]! })}
      />
      <output for={id}>{shortNumber(value)}</output>
    </div>
  );
}
