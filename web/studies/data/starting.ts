/** A study that was started in the page, until it can be opened. */
import { getJson, studyPath } from './api.ts';
import { requestError } from './study.ts';

/** How often the page looks for a study that was started [milliseconds]. */
const lookEveryMs = 300;
/** How often a study may be missing although no process starts it any more, before the page gives up. */
const mostMissing = 10;

/**
 * Waits until a study that was started can be opened: a large data set takes its process minutes at the first time.
 * @returns whether it can be. @throws RequestError with the last words of a process that has failed.
 */
export async function appears(id: string, abort: AbortSignal): Promise<boolean> {
  for (let missing = 0; missing < mostMissing && !abort.aborted; ) {
    try {
      await getJson(studyPath(id), abort);
      return true;
    } catch (error) {
      const { status } = requestError(error);
      if (status === statuses.missing) missing++;
      else if (status !== statuses.tooEarly) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return false;
}

const statuses = { missing: 404, tooEarly: 425 } as const;
