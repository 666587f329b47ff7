// A process of workers that only pretend to train, for bench/fleet.mjs. Reads its orders from the environment: SLOTS,
// MILLISECONDS, ENGINE. Prints a line of JSON for each event.
import { pretendPerformer } from '../dist/fleet/pretend-performer.js';
import { work } from '../dist/fleet/worker.js';

const { LENET_DATABASE, SLOTS, MILLISECONDS, ENGINE, QUIET } = process.env;
const stopper = new AbortController();
process.stdin.resume().on('close', () => process.exit());
process.on('SIGTERM', () => stopper.abort());
await work({
  address: LENET_DATABASE,
  slots: Number(SLOTS),
  name: `pretender-${process.pid}`,
  cpu: 'none',
  engine: JSON.parse(ENGINE),
  performer: pretendPerformer(Number(MILLISECONDS)),
  signal: stopper.signal,
  tell: (event) => {
    if (QUIET === undefined || event.type === 'ready') console.log(JSON.stringify(event));
  },
});
process.exit();
