/** The settings that the page offers: recipes, and the hyperparameters that can be moved. */
import { recipes } from 'virtual:recipes';
import type { Settings } from '../../src/study/definition.ts';

export { recipes };

/** A slider: its steps, and how a value is written. */
export interface Slider {
  readonly name: string;
  readonly label: string;
  readonly steps: readonly number[];
  /** What it does, in a sentence. */
  readonly hint: string;
  /** The optimizers under which it counts; default: all. */
  readonly when?: readonly string[];
}

/** Optimizers by the names of the command line; sdlm needs an output of distances, which this network has not. */
export const optimizers = ['sgd', 'adam', 'adamw', 'nadam', 'adabelief', 'lion'] as const;

export const sliders: readonly Slider[] = [
  {
    name: 'batchSize',
    label: 'Batch size',
    steps: [8, 16, 32, 64, 128, 256, 512, 1024],
    hint: 'Images over which a step averages its gradient',
  },
  {
    name: 'learningRate',
    label: 'Learning rate',
    steps: [1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
    hint: 'How far a step goes',
  },
  {
    name: 'l2',
    label: 'L2',
    steps: [0, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05],
    hint: 'Adds this times the weights to the gradient',
  },
  {
    name: 'weightDecay',
    label: 'Weight decay',
    steps: [0, 0.01, 0.05, 0.1, 0.2, 0.5],
    hint: 'Shrinks the weights by this times the learning rate at every step',
    when: ['adamw', 'lion'],
  },
  {
    name: 'epochs',
    label: 'Epochs',
    steps: [1, 2, 3, 4, 5, 10, 20, 30],
    hint: 'Passes over the 60,000 training digits',
  },
];

/** The values that a setting has where it is not given: those of the table of hyperparameters. */
const usual: Settings = { optimizer: 'adam', batchSize: 128, learningRate: 3e-4, l2: 0, weightDecay: 0, epochs: 10 };

export function settingOf(settings: Settings, name: string): number {
  return Number(settings[name] ?? usual[name]);
}

export function optimizerOf(settings: Settings): string {
  return String(settings.optimizer ?? usual.optimizer);
}

/** The step of a slider that is nearest to a value. */
export function stepOf({ steps }: Slider, value: number): number {
  const distance = (step: number) => Math.abs(Math.log(step + 1e-6) - Math.log(value + 1e-6));
  return steps.reduce((best, step, i) => (distance(step) < distance(steps[best]!) ? i : best), 0);
}

export function recipeSettings(name: string): Settings {
  return recipes.find((recipe) => recipe.name === name)!.settings;
}

/** The recipe whose settings these are; undefined once one was moved. */
export function recipeNameOf({ seed: _, ...settings }: Settings): string | undefined {
  return recipes.find((recipe) => areSame(recipe.settings, settings))?.name;
}

/** Whether two settings have the same values; one that is not given has its usual value. */
export function areSame(a: Settings, b: Settings): boolean {
  const [first, second]: Settings[] = [
    { ...usual, ...a },
    { ...usual, ...b },
  ];
  const names = new Set([...Object.keys(first!), ...Object.keys(second!)]);
  return [...names].every((name) => first![name] === second![name]);
}
