/** Light or dark: as the system has it, unless the user chose one. */
import { effect, signal } from '@preact/signals';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'lenet-theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);

export const theme = signal<Theme>(stored());
/** Which of the two is shown. Charts on a canvas draw again when it changes. */
export const shownTheme = signal<'light' | 'dark'>('light');

/** Follows the choice and the system from now on. */
export function followTheme(): void {
  system.addEventListener('change', ({ matches }) => {
    systemIsDark.value = matches;
  });
  effect(() => {
    const dark = theme.value === 'system' ? systemIsDark.value : theme.value === 'dark';
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    shownTheme.value = dark ? 'dark' : 'light';
  });
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  try {
    localStorage.setItem(key, chosen);
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
}

function stored(): Theme {
  try {
    const found = localStorage.getItem(key);
    return themes.find((name) => name === found) ?? 'system';
  } catch {
    return 'system';
  }
}

/** The present value of a colour token, for a canvas. */
export function colourOf(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}
