// `npm run bench -- locks [TURNS]`: counts how often a lock failed. Eight processes race for one lock in each of the
// ways below, TURNS times (default 300). In the last two ways a lock is stale after 3 seconds without a heartbeat (in
// use: 15), so that many turns take only minutes.
import { raceForLock } from './lock-trial.mjs';

const turns = Number(process.argv[2] ?? 300);
const some = { processes: 8, writes: 4, pauseMs: 3, staleMs: 15_000, isContainer: false };
const ways = [
  ['undisturbed', { ...some, turns }],
  ['one killed every 0.6 seconds, all on one system', { ...some, turns, disturb: 'kill' }],
  [
    'one killed every second, each in a container',
    { ...some, turns, disturb: 'kill', disturbMs: 1000, isContainer: true, staleMs: 3000 },
  ],
  [
    'holder suspended until another has taken over',
    {
      ...some,
      turns: Math.ceil(turns / 10),
      writes: 20,
      pauseMs: 20,
      disturb: 'suspend',
      disturbMs: 1000,
      staleMs: 3000,
    },
  ],
];
let overlaps = 0;
for (const [name, options] of ways) {
  const began = performance.now();
  const found = await raceForLock(options);
  overlaps += found.overlaps;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${name}: held ${found.held} times (${found.writes} writes), ${found.kills} kills, ${found.suspensions} suspensions, ` +
      `${found.lost} holders found that they had lost it; two at once: ${found.overlaps} (${seconds} s)`,
  );
}
process.exitCode = overlaps === 0 ? 0 : 1;
