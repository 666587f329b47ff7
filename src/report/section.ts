/** What a section of the report is: a function of the facts, and of what the task's files hold beside them. */
import type { Dataset } from '../data/dataset.ts';
import type { Model } from '../nn/model.ts';
import type { Settings } from '../study/definition.ts';
import type { Block } from './block.ts';
import type { StudyFacts } from './facts.ts';

/** What one trained network answered. */
export interface Answers {
  /** The images that were asked about. */
  readonly set: Dataset;
  /** Row-major [images, classes]. */
  readonly logits: Float32Array;
  /** Of the first layer [count][height][width]; empty where it has none. */
  readonly filters: readonly (readonly (readonly number[])[])[];
}

/** What a report shows beside the facts. Each part is absent where the task has nothing of the kind. */
export interface ReportSource {
  /** The network of these settings. */
  model?(settings: Settings): Model;
  /** What a trial's network answered, or in a sentence why that cannot be shown. */
  answers?(trial: number): Promise<Answers | string>;
}

/** Gives its blocks, none where it has nothing to say. */
export type Section = (facts: StudyFacts, source: ReportSource) => readonly Block[] | Promise<readonly Block[]>;
