/** The facts of a model card, from a run's record or from a study. */
import { counted, shortHash } from '../base/format.ts';
import { nameOfValue } from '../base/named-content.ts';
import { version } from '../base/version.ts';
import type { LoadedModel } from '../runner/model-file.ts';
import { evaluatedMetrics, type MetricsLine, type RunConfig } from '../runner/run-folder.ts';
import { type Hyperparameters, hyperparameterNames, hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { networkIn } from '../tasks/lenet/networks.ts';
import type { StudyFacts } from './facts.ts';
import type { CardFacts, CardResult } from './model-card.ts';
import { protocolSentence } from './words/outcome.ts';

/** The card of a single run. @param last the metrics of the model's epoch. */
export function cardOfRun(loaded: LoadedModel, config: RunConfig, last: MetricsLine): CardFacts {
  const found = evaluatedMetrics(last);
  const isHeldOut = config.evaluatedOn === 'validation';
  const choosesEpoch = config.keep === 'best' || config.patience !== undefined;
  const { seed, testLimit } = config.hyperparameters;
  return {
    ...common(loaded, config),
    results: found
      ? [
          {
            split: isHeldOut ? 'validation' : 'test',
            seeds: [{ seed, accuracy: found.accuracy }],
            protocol: isHeldOut
              ? `The images were held out of the training set${choosesEpoch ? ' and chose the epoch, so the number is optimistic' : ''}.`
              : `${limitSentence(testLimit)}The test set was looked at after every recorded epoch; nothing was selected by this run.`,
          },
        ]
      : [],
    selection: [],
  };
}

/** The card of a study's winner, whose first seed is the model. */
export function cardOfStudy(loaded: LoadedModel, config: RunConfig, facts: StudyFacts): CardFacts {
  const { winner, measure } = facts;
  const trials = winner?.view.trials.filter((trial) => trial?.state === 'complete') ?? [];
  const seeds = trials.flatMap((trial) => {
    const accuracy = trial?.curve.at(-1)?.selection?.accuracy;
    return trial && accuracy !== undefined ? [{ seed: trial.seed, accuracy }] : [];
  });
  const limit = limitSentence(config.hyperparameters.testLimit);
  const looks = winner?.looks.map(({ seed, accuracy }) => ({ seed, accuracy })) ?? [];
  const isHeldOut = measure.set === 'validation';
  const isAccuracy = measure.objective === 'accuracy';
  // Scores of this objective are in percent.
  const mean = winner?.judgement.mean;
  const selected: CardResult = {
    split: isHeldOut ? 'validation' : 'test',
    seeds,
    interval: isAccuracy && mean ? [mean[0] / 100, mean[1] / 100] : undefined,
    protocol: `${isHeldOut ? '' : limit}The settings were selected on these images among ${facts.configurations.size} configurations, so the number is optimistic.`,
  };
  const final: CardResult = {
    split: 'test',
    seeds: looks,
    protocol: `${limit}Nothing was selected on these images.`,
  };
  const sentence = protocolSentence(facts);
  return {
    ...common(loaded, config),
    results: [...(looks.length > 0 ? [final] : []), ...(seeds.length > 0 ? [selected] : [])],
    selection: [
      ...(sentence === undefined ? [] : [sentence]),
      `Study ${facts.definition.name}: ${facts.counts.ended} trials; looks at the test set that the study counts: ${facts.looks.length}.`,
    ],
  };
}

/** Says that the test set was cut, with a space after it; empty where it was not. */
function limitSentence(testLimit: number | null): string {
  return testLimit === null ? '' : `Only the first ${counted(testLimit)} test images were used. `;
}

function common({ model, input, record }: LoadedModel, config: RunConfig) {
  return {
    model,
    input,
    data: { name: config.data.name ?? input.data, hash: config.data.hash },
    settings: [...settingsOf(config.hyperparameters), ...originOf(config), ...teachersOf(config)],
    arithmetic: config.hyperparameters.arithmetic,
    version: record.get('version') ?? version,
  };
}

/** The images that were held out by number, and the file of initial weights. */
function originOf({ init, heldOut, heldOutSplit = 1 }: RunConfig): CardFacts['settings'] {
  return [
    ...(heldOut === undefined ? [] : [['heldOut', `${heldOut} (split ${heldOutSplit})`] as const]),
    ...(init ? [['initial weights', `of a file with SHA-256 ${shortHash(init.sha256)}`] as const] : []),
  ];
}

function teachersOf({ distill }: RunConfig): CardFacts['settings'] {
  if (!distill) return [];
  const { teachers, temperature, weight } = distill;
  const hashes = teachers.map(({ sha256 }) => shortHash(sha256)).join(', ');
  return [['teachers', `SHA-256 ${hashes}; temperature ${temperature}, weight ${weight}`]];
}

/** The number of epochs, the optimizer, what differs from its default, and the numbers that the network's file names. */
function settingsOf(values: Hyperparameters): CardFacts['settings'] {
  const always = new Set(['epochs', 'optimizer', 'learningRate', 'batchSize', 'seed', 'arithmetic']);
  return hyperparameterNames
    .filter((name) => always.has(name) || values[name] !== hyperparameters[name].default)
    .flatMap((name) => (name === 'model' ? networkSettings(values) : [[name, `${values[name]}`] as const]));
}

/** The network by its name, then the numbers of its file. */
function networkSettings({ model }: Hyperparameters): CardFacts['settings'] {
  const numbers = Object.entries(networkIn(model)?.parameters ?? {});
  return [['model', nameOfValue(model)], ...numbers.map(([name, entry]) => [name, `${entry.default}`] as const)];
}
