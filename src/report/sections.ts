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

const sections = {
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
} as const satisfies Readonly<Record<string, Section>>;

/** The sections of the report that have something to say, by their names. */
export async function reportSections(
  facts: StudyFacts,
  source: ReportSource,
): Promise<{ readonly name: string; readonly blocks: readonly Block[] }[]> {
  const found: { name: string; blocks: readonly Block[] }[] = [];
  for (const [name, section] of Object.entries<Section>(sections)) {
    const blocks = await section(facts, source);
    if (blocks.length > 0) found.push({ name, blocks });
  }
  return found;
}

/** The whole report. */
export async function reportBlocks(facts: StudyFacts, source: ReportSource): Promise<Block[]> {
  return (await reportSections(facts, source)).flatMap(({ blocks }) => blocks);
}
