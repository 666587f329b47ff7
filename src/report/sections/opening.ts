/** The report's opening: the question and the outcome. */
import { isSeedRule, type StudyDefinition } from '../../study/definition.ts';
import { describePlan, seedsText } from '../../study/strategies.ts';
import { heading, paragraph, strong } from '../block.ts';
import type { Section } from '../section.ts';
import { countText, resolveText } from '../words/numbers.ts';
import { dataSentence, outcome, protocolSentence, teachersSentence } from '../words/outcome.ts';

export const opening: Section = (facts) => {
  const { definition } = facts;
  const { headline, details } = outcome(facts);
  const use = [dataSentence(facts), protocolSentence(facts), teachersSentence(facts)].filter(
    (sentence) => sentence !== undefined,
  );
  return [
    heading(1, `Study ${definition.name}`),
    paragraph(`Which settings are the best? Varied: ${describePlan(definition)}. ${seedsSentence(definition)}`),
    strong(headline.join(' ')),
    ...(details.length > 0 ? [paragraph(details.join(' '))] : []),
    ...(use.length > 0 ? [paragraph(use.join(' '))] : []),
  ];
};

function seedsSentence({ seeds, objective, plan }: StudyDefinition): string {
  if (plan.kind === 'search') {
    return 'The search trained every setting with one common seed; finals and confirmation have other seeds.';
  }
  if (!isSeedRule(seeds)) {
    const numbers = seeds.length === 1 ? '' : ` (${seedsText(seeds)})`;
    return `Every configuration was trained with ${countText(seeds.length, 'seed')}${numbers}.`;
  }
  const { atLeast, atMost, resolve } = seeds;
  return `Every configuration got one seed a round, ${atLeast} to ${atMost} of them, until the data showed that it is not better than another one by more than ${resolveText(resolve, objective)}.`;
}
