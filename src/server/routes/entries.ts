/** The list of entries, and its stream. */
import type { Hono } from 'hono';
import type { ServerContext } from '../context.ts';
import { type ListingOptions, listing } from '../entries.ts';
import { eventStream } from '../event-stream.ts';
import { eventTurns } from '../event-turns.ts';
import { Pause } from '../live/pause.ts';
import type { ListEvents } from '../protocol.ts';

/** How often the folders are looked through for a stream [milliseconds]. */
const lookMs = 1000;

export function entries(app: Hono, { library, options, children, privacy }: ServerContext): void {
  const of: ListingOptions = { library, control: options.control, children, privacy };
  app.get('/api/entries', async (context) => context.json(await listing(of)));
  app.get('/api/events', () =>
    eventStream((signal) => {
      const pause = new Pause(signal);
      let told = '';
      const look = async () => {
        const list: ListEvents['list'] = await listing(of, () => pause.end());
        const data = JSON.stringify(list);
        if (data === told) return { events: [] };
        told = data;
        return { events: [{ event: 'list', data }] };
      };
      return eventTurns(look, { wait: () => pause.wait(lookMs), signal });
    }),
  );
}
