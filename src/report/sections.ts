/** The sections of the report in their order. To add a section, write its file and add it to this list. */
import type { Block } from './block.ts';
import type { StudyFacts } from './facts.ts';
import type { ReportSource, Section } from './section.ts';
import { caveats } from './sections/caveats.ts';
import { failures } from './sections/failures.ts';
import { foreign } from './sections/foreign.ts';
import { glossary } from './sections/glossary.ts';
import { importance } from './sections/importance.ts';
import { network } from './sections/network.ts';
import { opening } from './sections/opening.ts';
import { reference } from './sections/reference.ts';
import { search } from './sections/search.ts';
import { searchCharts } from './sections/search-charts.ts';
import { stages } from './sections/stages.ts';
import { surroundings } from './sections/surroundings.ts';
import { times } from './sections/times.ts';
import { undecided } from './sections/undecided.ts';
import { winner } from './sections/winner.ts';

const sections: readonly Section[] = [
  opening,
  network,
  stages,
  search,
  searchCharts,
  importance,
  undecided,
  winner,
  reference,
  times,
  surroundings,
  failures,
  foreign,
  caveats,
  glossary,
];

/** The whole report. */
export async function reportBlocks(facts: StudyFacts, source: ReportSource): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const section of sections) blocks.push(...(await section(facts, source)));
  return blocks;
}
