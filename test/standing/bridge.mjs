// The thread between a test, which waits, and the standing process: keeps the process, collects what a command prints.
import { fork } from 'node:child_process';
import { workerData } from 'node:worker_threads';

const { port, signal } = workerData;
const program = new URL('./command.mjs', import.meta.url);

/** The longest time of one command, in milliseconds. */
const mostTime = 100_000;
/** Commands for one process: memory of trainings is given back when it ends. */
const mostCommands = 40;

let standing;

port.on('message', async (request) => {
  const answer = await run(request);
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});

async function run(request) {
  if (standing === undefined || standing.commands === mostCommands) {
    standing?.child.disconnect();
    standing = { child: fork(program, { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }), commands: 0 };
  }
  standing.commands++;
  const { child } = standing;
  const end = `\u0000end of command ${standing.commands}\u0000`;
  const texts = { stdout: '', stderr: '' };
  const streams = Object.keys(texts);
  const listeners = [];
  const listen = (emitter, event, listener) => {
    emitter.on(event, listener);
    listeners.push(() => emitter.off(event, listener));
  };
  const answer = await new Promise((resolve) => {
    let code;
    const look = () => {
      if (code === undefined || !streams.every((name) => texts[name].endsWith(end))) return;
      const [stdout, stderr] = streams.map((name) => texts[name].slice(0, -end.length));
      resolve({ code, stdout, stderr });
    };
    for (const name of streams) {
      child[name].setEncoding('utf8');
      listen(child[name], 'data', (text) => {
        texts[name] += text;
        look();
      });
    }
    const send = () => child.send({ ...request, end });
    listen(child, 'message', (message) => {
      if (message === 'ready') return send();
      code = message.code;
      look();
    });
    // The command ended the process, or the time is up.
    listen(child, 'close', (exitCode) => {
      standing = undefined;
      resolve({ code: exitCode, ...texts });
    });
    if (standing.commands > 1) send();
    const timer = setTimeout(() => child.kill('SIGKILL'), mostTime);
    listeners.push(() => clearTimeout(timer));
  });
  for (const stop of listeners) stop();
  return answer;
}
