/** Remarks on the reference whose results stand beside the study's own. */
import { heading } from '../block.ts';
import type { Section } from '../section.ts';

export const reference: Section = ({ stages, reference: found }) => {
  const isShown = stages.some(({ levels }) => levels.some((level) => level.reference));
  if (!found || !isShown) return [];
  return [heading(2, `Beside ${found.name}`), { kind: 'list', items: found.remarks }];
};
