/** docs/limits.md has the limits of the code. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mostFields } from '../src/data/csv.ts';
import { mostClasses, mostSetBytes } from '../src/data/dataset.ts';
import { mostIdxBytes } from '../src/data/idx.ts';
import { mostPictures } from '../src/data/picture-files.ts';
import { mostImageSide } from '../src/data/source.ts';
import { mostFileBytes, mostTextBytes } from '../src/disk/read-file.ts';
import { mostFileBytes as mostFleetFileBytes, mostResultText } from '../src/fleet/result.ts';
import { mostLayers } from '../src/nn/model-data.ts';
import { mostJpegSamples } from '../src/runner/jpeg.ts';
import { mostCacheBytes } from '../src/runner/picture-cache.ts';
import { mostPictureBytes, mostPixels, mostSide } from '../src/runner/picture-size.ts';
import { mostLevels, mostListedSeeds, mostSeeds, mostTrials } from '../src/study/definition.ts';
import { mostConfirmed, mostEpochs, mostHours, mostParallel } from '../src/study/search-checks.ts';
import { mostParameters } from '../src/tasks/lenet/network-file.ts';
import { mostLetters } from '../src/tasks/study-file/schema.ts';
import { deepestNesting, mostStudyFileBytes, mostValues } from '../src/tasks/study-file/yaml-source.ts';

const limits: Readonly<Record<string, number>> = {
  'bytes of a study file': mostStudyFileBytes,
  'values of a study file, with its aliases written out': mostValues,
  'nesting of a study file': deepestNesting,
  "letters of a study's name, and of a level's label": mostLetters,
  'levels of a study: of all stages, combinations of a grid, trials of a random search': mostLevels,
  "trainings of a search's budget": mostLevels,
  "epochs of a search's budget": mostEpochs,
  "hours of a search's budget": mostHours,
  "seeds of a search's confirmation": mostConfirmed,
  'proposals that a search makes at once, `parallel`': mostParallel,
  'trainings of a study: levels times seeds (under a rule, times `atLeast`)': mostTrials,
  'seeds of a list': mostListedSeeds,
  'seeds of a rule, `atMost`': mostSeeds,
  'pixels of a picture': mostPixels,
  'samples of a JPEG picture': mostJpegSamples,
  'pixels of a side of a picture': mostSide,
  'bytes of a picture file': mostPictureBytes,
  'bytes of an IDX file, unpacked': mostIdxBytes,
  'pictures of a data set': mostPictures,
  'bytes of all images of a data set, decoded': mostSetBytes,
  'bytes of the cache of decoded pictures': mostCacheBytes,
  'pixels of a side to which pictures are brought': mostImageSide,
  'classes of a data set': mostClasses,
  'layers of a network': mostLayers,
  'parameters of a network of a file': mostParameters,
  'fields of a row of a table': mostFields,
  "bytes of a journal, of a run's metrics or settings": mostTextBytes,
  'bytes of any other file': mostFileBytes,
  'bytes of a model or checkpoint of a fleet': mostFleetFileBytes,
  "characters of a training's result in a fleet": mostResultText,
};

test('docs/limits.md has every limit with its number', () => {
  const rows = readFileSync(new URL('../docs/limits.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const told = rows.map(([, what = '', most = '']): [string, number] => [what, Number(most.replaceAll(',', ''))]);
  expect(Object.fromEntries(told)).toEqual(limits);
});
