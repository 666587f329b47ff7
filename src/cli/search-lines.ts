/** What `lenet study run` says about a search: its plan before the start, and each phase when it begins. */
import { counted } from '../base/format.ts';
import type { SearchPlan, StudyDefinition } from '../study/definition.ts';
import { budgetOf } from '../study/search-budget.ts';
import type { SearchView } from '../study/search-view.ts';

/** The trainings of each phase, and why jobs or workers stay idle. Empty for other studies. */
export function planLines(
  definition: StudyDefinition,
  jobs: number,
  { isFleet = false }: { readonly isFleet?: boolean } = {},
): string[] {
  const { plan } = definition;
  if (plan.kind !== 'search') return [];
  const { parallel } = plan;
  const idle = jobs - parallel;
  const who = isFleet
    ? `The search gives workers at most ${parallel} trainings at once`
    : `${idle} of the ${jobs} jobs ${idle === 1 ? 'stays' : 'stay'} idle during the search`;
  const why = `a proposal knows the results of all but the ${parallel} before it (parallel: ${parallel})`;
  return [budgetLine(plan, definition), ...(idle > 0 ? [`${who}: ${why}`] : [])];
}

function budgetLine(plan: SearchPlan, definition: StudyDefinition): string {
  const budget = budgetOf({ ...definition, plan });
  const confirmed = `confirmation of winner, runner-up and base with ${plan.confirm} fresh seeds each`;
  if (!budget) {
    return `The base is trained first: its time says how many trainings ${plan.hours} h are. Then search, finals, and a ${confirmed}, which comes on top`;
  }
  const { proposals, finals, finalists, confirmation } = budget;
  return `Search: ${counted(proposals)} settings with one seed. Finals: ${counted(finals)} trainings of the best ${finalists} with new seeds. On top, a ${confirmed}: up to ${confirmation} trainings`;
}

/** The phase that has begun, in a line; undefined for the search itself and its end. */
export function phaseLine({ phase, proposals, finals, confirmation, exhausted }: SearchView): string | undefined {
  switch (phase) {
    case 'finals': {
      const left = exhausted ? ' No other settings are left; the finals have the trainings that remain.' : '';
      return `Search: ${counted(proposals.length)} settings were tried.${left} Finals: the best ${finals!.finalists.length} are trained with new seeds.`;
    }
    case 'confirmation':
      return `Finals: the winner is ${confirmation!.winner.level.label}. Confirmation: fresh seeds ${confirmation!.seeds.join(', ')}.`;
    case 'search':
    case 'finished':
      return undefined;
  }
}
