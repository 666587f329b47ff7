/** What a section of the report is: a function that makes blocks from the study's facts and the files of its trials. */
import type { Dataset } from '../data/dataset.ts';
import type { Model } from '../nn/model.ts';
import type { Settings } from '../study/definition.ts';
import type { Block } from './block.ts';
import type { StudyFacts } from './facts.ts';

/** The answers of one trained network to a set of images. */
export interface Answers {
  /** The images that were asked about. */
  readonly set: Dataset;
  /** Row-major [images, classes of the network]. */
  readonly logits: Float32Array;
  /** A sentence that says why there are no pictures of the set and how to get them; absent: pictures are shown. */
  readonly withoutPictures?: string | undefined;
  /** Filters of the first layer [count][height][width]; empty where the layer has none. */
  readonly filters: readonly (readonly (readonly number[])[])[];
}

/** What a report shows beside the facts. A function is absent if the task has no networks or keeps no answers. */
export interface ReportSource {
  /** The network that these settings describe. */
  model?(settings: Settings): Model;
  /** The answers of a trial's network, or a sentence that says why they cannot be shown. */
  answers?(trial: number): Promise<Answers | string>;
}

/** Returns the section's blocks; an empty list leaves the section out. */
export type Section = (facts: StudyFacts, source: ReportSource) => readonly Block[] | Promise<readonly Block[]>;
