/** A section of the report: a function of the facts and of the task's files. */
import type { Dataset } from '../data/dataset.ts';
import type { Model } from '../nn/model.ts';
import type { Settings } from '../study/definition.ts';
import type { Block } from './block.ts';
import type { StudyFacts } from './facts.ts';

/** The answers of one trained network. */
export interface Answers {
  /** The images that were asked about. */
  readonly set: Dataset;
  /** Row-major [images, classes]. */
  readonly logits: Float32Array;
  /** Filters of the first layer [count][height][width]; empty where the layer has none. */
  readonly filters: readonly (readonly (readonly number[])[])[];
}

/** Contents of a report beside the facts. A part is absent where the task has nothing of the kind. */
export interface ReportSource {
  /** The network of these settings. */
  model?(settings: Settings): Model;
  /** The answers of a trial's network, or a sentence that says why they cannot be shown. */
  answers?(trial: number): Promise<Answers | string>;
}

/** Gives the section's blocks; none where the section has nothing to say. */
export type Section = (facts: StudyFacts, source: ReportSource) => readonly Block[] | Promise<readonly Block[]>;
