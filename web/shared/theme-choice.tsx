/** The choice of light or dark, in the head of every page. */
import { chooseTheme, theme, themes } from './theme.ts';

const words = { system: 'System colours', light: 'Light', dark: 'Dark' } as const;

export function ThemeChoice() {
  return (
    <label class="theme">
      <span class="unseen">Colours</span>
      <select
        value={theme.value}
        onChange={({ currentTarget: { value } }) => chooseTheme(themes.find((each) => each === value)!)}
      >
        {themes.map((name) => (
          <option key={name} value={name}>
            {words[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
