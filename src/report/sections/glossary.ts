/** The words of the report, in a sentence or two each. */
import { heading } from '../block.ts';
import type { Section } from '../section.ts';
import { searchGlossary, glossary as terms, varianceGlossary } from '../words/glossary.ts';

export const glossary: Section = ({ stages, search }) => {
  if (search) return [heading(2, 'Words'), { kind: 'terms', terms: searchGlossary }];
  const hasVariance = stages.some(({ variance }) => variance !== undefined);
  return [heading(2, 'Words'), { kind: 'terms', terms: hasVariance ? [...terms, ...varianceGlossary] : terms }];
};
