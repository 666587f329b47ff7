/** What a run is to the page: its curves, and what is known beside them. */
import type { Series, Value } from '../protocol.ts';

/** What is known of a run. */
export interface RunContent {
  readonly series: readonly Series[];
  readonly settings: Readonly<Record<string, Value>>;
  readonly data: { readonly name: string; readonly hash: string } | null;
  /** Undefined where nothing tells. */
  readonly isFinished: boolean | undefined;
  /** Sentences about what could not be read. */
  readonly notes: readonly string[];
  readonly hasAnswers: boolean;
}
