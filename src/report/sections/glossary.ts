/** The words of the report, in a sentence or two each. */
import { heading } from '../block.ts';
import type { Section } from '../section.ts';
import { glossary as terms } from '../words/glossary.ts';

export const glossary: Section = () => [heading(2, 'Words'), { kind: 'terms', terms }];
