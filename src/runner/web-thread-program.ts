/**
 * The program of a crew's thread in a browser: reports that it is ready, waits for its place in the crew, works there, and reports its end.
 */
import { serve } from '../train/crew.ts';
import type { WebCrewOrder, WebCrewReport } from './web-threads.ts';

const report = (message: WebCrewReport) => globalThis.postMessage(message);

globalThis.addEventListener(
  'message',
  ({ data: { plan, index } }: MessageEvent<WebCrewOrder>) => {
    report({ type: 'placed' });
    try {
      serve(plan, index);
      report({ type: 'ended' });
    } catch (error) {
      report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
    globalThis.close();
  },
  { once: true },
);
report({ type: 'ready' });
