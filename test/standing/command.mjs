// Runs command lines one after the other in one process, as `lenet` runs one: a test then waits for the command alone,
// and not for Node and its modules. Started by bridge.mjs, which it answers on standard output and standard error:
// both get the text `end` last, so that nothing that a command printed can come after its end.
import { main } from '../../dist/cli/main.js';
import { endOnUncaught } from '../../dist/cli/uncaught.js';

endOnUncaught();
process.on('disconnect', () => process.exit());
process.on('message', async ({ cwd, env, args, end }) => {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  const code = await main(args);
  // A command listens to these until its process ends.
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  process.stdout.write(end);
  process.stderr.write(end);
  process.send({ code });
});
process.send('ready');
