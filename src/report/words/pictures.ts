/** Whether pictures of a data set are shown, in words. */
import { isPublicSet } from '../../data/public-sets.ts';

/**
 * The sentence in place of pictures that are not shown; undefined where they are shown: for published sets always, for
 * others if the user wants it.
 * @param command that shows them.
 */
export function withoutPictures(
  set: string,
  { pictures = false }: { readonly pictures?: boolean | undefined },
  command: string,
): string | undefined {
  if (pictures || isPublicSet(set)) return undefined;
  return `Pictures of ${set} are left out, because they may be private. ${command} shows them.`;
}
