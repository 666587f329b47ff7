/** Makes the schema of study files from the table of hyperparameters, for checks and, as JSON Schema, for editors. */

import { z } from 'zod';
import { listPattern, namesPattern } from '../../base/hyperparameter.ts';
import { colourings, mostImageSide, resizings } from '../../data/source.ts';
import {
  earlyStoppings,
  keeps,
  mostLevels,
  mostListedSeeds,
  mostSeeds,
  protocols,
  type Value,
} from '../../study/definition.ts';
import { fewestSeeds } from '../../study/elimination.ts';
import { samplerNames } from '../../study/samplers.ts';
import { leastConfirmed, mostConfirmed, mostEpochs, mostHours, mostParallel } from '../../study/search-checks.ts';
import type { FileParameter, ParameterTable } from './table.ts';

const rangeSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  log: z.boolean().optional().describe('Draw the logarithm uniformly; only for ranges above 0'),
  step: z.number().gt(0).optional().describe('Distance of the values from each other, from low on; not with log'),
});
const seedSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const seedRuleSchema = z
  .strictObject({
    atLeast: z.int().min(fewestSeeds).describe('Seeds of every level before any may leave'),
    atMost: z.int().min(2).max(mostSeeds).describe('Seeds after which the question stays open'),
    resolve: z.number().gt(0).describe('The smallest difference that matters, in points of accuracy or units of loss'),
  })
  .describe('As many seeds as the question needs: levels leave when they cannot be better by more than resolve');

const sideSchema = z.int().min(1).max(mostImageSide);
const dataSchema = z
  .union([
    z.string().min(1),
    z.strictObject({
      place: z.string().min(1).describe('A name such as mnist, a folder or a file, relative to the study file'),
      format: z.string().optional().describe('The format of the data, where it is not found out'),
      imageSize: z
        .union([sideSchema, z.tuple([sideSchema, sideSchema])])
        .optional()
        .describe('Size to which pictures are brought: a side, or [height, width]'),
      resize: z.enum(resizings).optional().describe('How pictures are brought to the size'),
      colour: z.enum(colourings).optional().describe('Whether pictures are read in grey or in colour'),
      labelColumn: z.string().optional().describe('The column of the labels in a table'),
      skipUnreadable: z.boolean().optional().describe('Leave out pictures that cannot be read'),
    }),
  ])
  .describe('The data of the study: a name, a folder or a file; MNIST where it is absent');

/** From whom a network learns beside its labels, as a file says it. */
export const distillSchema = z
  .strictObject({
    teachers: z.array(z.string().min(1)).min(1).describe('Saved models: files or run folders, relative to this file'),
    temperature: z.number().gt(0).optional().describe('Divides the logits of network and teachers (default: 2)'),
    weight: z.number().min(0).max(1).optional().describe('Share of the teachers; the rest is the labels’ (default: 1)'),
  })
  .describe('Saved models from which the network learns, beside its labels');

/** From whom a network learns, as a file says it. */
export type FileDistillation = z.infer<typeof distillSchema>;

/** The keys for what a study varies; a file has one of them. */
export const planKeys = ['stages', 'grid', 'random', 'search'] as const;

/** The most letters of a study's name, which names a folder, and of a level's label, which stands in tables. */
export const mostLetters = 200;

/** A value for every hyperparameter, none of which must be given. */
export function settingsSchema({ parameters }: Pick<ParameterTable, 'parameters'>) {
  return byName(parameters, valueSchema);
}

function byName<T extends z.ZodType>(
  parameters: ParameterTable['parameters'],
  schema: (parameter: FileParameter) => T,
) {
  return Object.fromEntries(Object.entries(parameters).map(([name, entry]) => [name, schema(entry).optional()]));
}

/**
 * The schema of study files.
 * @param options allowsNumbers: whether settings may also have numbers of unknown names. For editors, which do not read
 * the network file that declares them.
 */
export function studySchema(
  { parameters, objectives }: ParameterTable,
  { allowsNumbers = false }: { readonly allowsNumbers?: boolean } = {},
) {
  const settings = settingsSchema({ parameters });
  const number = z.number().describe('A number that the network file names');
  /** A map of settings, whose further numbers have this schema. */
  const settingsMap = <Shape extends z.ZodRawShape>(shape: Shape, others: z.ZodType = number) => {
    const map = z.strictObject(shape);
    return allowsNumbers ? (map.catchall(others) as typeof map) : map;
  };
  const labelledSchema = settingsMap({ label: z.string().min(1).max(mostLetters).optional(), ...settings });
  const levelsSchema = (entry: FileParameter) => z.array(z.union([valueSchema(entry), labelledSchema])).min(1);
  const numberLevels = z.array(z.union([number, labelledSchema])).min(1);
  const fromSchema = (entry: FileParameter) => z.union([rangeSchema, z.array(valueSchema(entry)).min(1)]);
  const spaceSchema = () => settingsMap(byName(parameters, fromSchema), z.union([rangeSchema, z.array(number).min(1)]));
  const spaceOfLevelsSchema = () =>
    settingsMap(
      byName(parameters, (entry) => z.union([rangeSchema, levelsSchema(entry)])),
      z.union([rangeSchema, numberLevels]),
    );

  return z
    .strictObject({
      name: z
        .string()
        .max(mostLetters)
        .regex(/^[\w][\w.-]*$/)
        .describe('Names the folder runs/<name>: letters, digits, dots, dashes, underscores'),
      protocol: z
        .enum(protocols)
        .describe('post: select on the test set, as the post did; held-out: on a part of the training set'),
      heldOut: z
        .int()
        .min(1)
        .optional()
        .describe('How many training images are held out, under protocol held-out (default: one in twelve)'),
      heldOutSplit: z
        .int()
        .min(1)
        .optional()
        .describe('Which of the disjoint parts of this size is held out (default: 1)'),
      distill: distillSchema.optional(),
      data: dataSchema.optional(),
      objective: z.enum(objectives).default(objectives[0]).describe('What selects, of the last epoch'),
      base: settingsMap({
        recipe: z.string().optional().describe('A recipe (lenet train --help lists them), which the others override'),
        ...settings,
      })
        .default({})
        .describe('Hyperparameters of every trial, where nothing else is said'),
      stages: z
        .array(settingsMap(byName(parameters, levelsSchema), numberLevels))
        .min(1)
        .optional()
        .describe('One factor at a time: the best level of a stage is carried on into the next'),
      grid: settingsMap(byName(parameters, levelsSchema), numberLevels).optional().describe('Every combination'),
      random: z
        .strictObject({
          trials: z.int().min(1).max(mostLevels),
          seed: seedSchema.default(1).describe('Seed of the sampler'),
          space: spaceSchema(),
        })
        .optional()
        .describe('Settings drawn at random'),
      search: z
        .strictObject({
          space: spaceOfLevelsSchema(),
          trainings: z
            .int()
            .min(1)
            .max(mostLevels)
            .optional()
            .describe('The budget of search and finals (default: 120)'),
          epochs: z.int().min(1).max(mostEpochs).optional().describe('The budget in epochs'),
          hours: z.number().gt(0).max(mostHours).optional().describe('The budget in hours of this machine'),
          sampler: z.enum(samplerNames).default('tpe').describe('How settings are proposed'),
          earlyStopping: z
            .enum(earlyStoppings)
            .default('none')
            .describe('halving: trainings pause after a ninth of their epochs, and the best go on'),
          finalists: z
            .int()
            .min(2)
            .max(mostLevels)
            .optional()
            .describe('Settings that are trained again on more seeds (default: 16, or what the budget allows)'),
          confirm: z
            .int()
            .min(leastConfirmed)
            .max(mostConfirmed)
            .default(5)
            .describe('Fresh seeds for winner, runner-up and base, on top of the budget'),
          parallel: z
            .int()
            .min(1)
            .max(mostParallel)
            .default(4)
            .describe('A proposal knows all results but those of so many before it; not more jobs can work at once'),
          seed: seedSchema.default(1).describe('Seed of the sampler'),
          resolve: z.number().gt(0).optional().describe('Finals end when every difference is known to this'),
        })
        .optional()
        .describe('Settings proposed one after the other, finals on more seeds, and a confirmation on fresh ones'),
      compare: z
        .enum(['selected', 'previous'])
        .default('selected')
        .describe('previous: each level also with the one before it, to see what each change is worth'),
      keep: z
        .enum(keeps)
        .default(keeps[0])
        .describe('Which finished trials keep model and answers; winners: those of the selected levels'),
      seeds: z
        .union([z.int().min(1).max(mostListedSeeds), z.array(seedSchema).min(1).max(mostListedSeeds), seedRuleSchema])
        .default([1, 2, 3])
        .describe('Every configuration is trained once with each; a number N means 1 to N'),
    })
    .describe('A study of lenet-lab');
}

export type StudySchema = ReturnType<typeof studySchema>;
export type StudyFile = z.infer<StudySchema>;

function valueSchema(entry: FileParameter): z.ZodType<Value> {
  return bareSchema(entry).describe(entry.sentence);
}

function bareSchema({ kind, choices = [], file, words = [], least, most, above }: FileParameter): z.ZodType<Value> {
  switch (kind) {
    case 'choice': {
      const named = z.enum(choices as [string, ...string[]]);
      // A name that is not known has been refused where its file was to be read.
      return file === undefined ? named : z.union([named, z.string().min(1).describe(`Or ${file}`)]);
    }
    case 'flag':
      return z.boolean();
    case 'list':
      return z.string().regex(new RegExp(`^(?:${[...words, listPattern].join('|')})$`));
    case 'names': {
      const text = z.string().regex(new RegExp(`^${namesPattern}$`));
      const each = z.string().regex(/^[A-Za-z_][\w.-]*$/);
      return z.union([
        text,
        z
          .array(each)
          .min(1)
          .transform((list) => list.join()),
      ]);
    }
    case 'limit':
      return z.int().min(1).nullable();
    case 'integer': {
      const bounded = most === undefined ? z.int() : z.int().max(most);
      return least === undefined ? bounded : bounded.min(least);
    }
    case 'number': {
      const bounded = most === undefined || most === Number.MAX_VALUE ? z.number() : z.number().max(most);
      if (least === undefined) return bounded;
      return above ? bounded.gt(least) : bounded.min(least);
    }
  }
}
