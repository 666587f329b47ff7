// Preloaded with `node --import`: makes a process say its peak memory in megabytes on standard error when it ends.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => {
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    process.stderr.write(`${JSON.stringify({ megabytes })}\n`);
  });
}
