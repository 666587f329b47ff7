// `npm run bench -- playground`: seconds from the click on Start to 98 % and to 99 % in Chromium, and the processor time of the page,
// beside the same training in Node in the same minute. The processor time is read from /proc, so it needs Linux.
// Options: --rounds N (default 3), --recipes one-epoch,two-epochs, --node PATH (another Node to compare with, its kernels in octs where it
// can widen them).
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { keep, machine, machineLine, printTable, root, run, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    recipes: { type: 'string', default: 'one-epoch,two-epochs' },
    node: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const recipes = values.recipes.split(',');
/** As many as the page takes: web/playground/lab/lab-program.ts. */
const threads = Math.min(4, machine.cores);

const versionOf = (program) => execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1);
const peers = [
  [process.execPath, 'quads'],
  ...(values.node ? ['quads', 'octs'].map((width) => [values.node, width]) : []),
].map(([program, width]) => ({ name: `Node ${versionOf(program)}, ${width}`, program, width }));

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const server = createServer(({ url }, response) => {
  const path = new URL(url, 'http://host').pathname;
  const file = join(root, 'dist/playground', path === '/' ? 'index.html' : path);
  response.writeHead(existsSync(file) ? 200 : 404, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
  response.end(existsSync(file) ? readFileSync(file) : undefined);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

/** In the page: the accuracies that it shows with their seconds since the click; resolves when the training has ended. */
const watching = `new Promise((resolve) => {
  let clicked;
  const seen = [];
  document.querySelector('button.main').addEventListener('click', () => (clicked = performance.now()), { once: true });
  const said = document.querySelector('.said');
  const shown = document.querySelector('.numbers dd');
  new MutationObserver(() => {
    const percent = Number.parseFloat(shown.textContent);
    if (Number.isFinite(percent)) seen.push({ percent, seconds: (performance.now() - clicked) / 1000 });
    if (said.textContent.includes('Fingerprint')) resolve({ seen, seconds: (performance.now() - clicked) / 1000 });
  }).observe(shown.closest('section'), { subtree: true, characterData: true, childList: true });
})`;

/** Clock ticks of processor time in a second, as /proc counts: 100 on all Linux. */
const ticks = 100;

/** Processor time of every thread of some processes, by number, with its name. Threads that have ended keep what was last seen of them. */
class ProcessorTimes {
  #before = new Map();
  #now = new Map();
  #processes;

  constructor(processes) {
    this.#processes = processes;
    this.look();
    this.#before = new Map(this.#now);
  }

  look() {
    for (const id of this.#processes) {
      for (const thread of readdirSync(`/proc/${id}/task`)) {
        try {
          const text = readFileSync(`/proc/${id}/task/${thread}/stat`, 'utf8');
          const end = text.lastIndexOf(')');
          const fields = text.slice(end + 2).split(' ');
          const seconds = (Number(fields[11]) + Number(fields[12])) / ticks;
          this.#now.set(thread, { name: text.slice(text.indexOf('(') + 1, end), seconds });
        } catch {
          // The thread has ended since the folder was read.
        }
      }
    }
  }

  /** Seconds since the start: of workers, which train, and of everything else: drawing, compiling, the browser. */
  since() {
    const spent = { workers: 0, others: 0 };
    for (const [thread, { name, seconds }] of this.#now) {
      spent[name.startsWith('DedicatedWorker') ? 'workers' : 'others'] +=
        seconds - (this.#before.get(thread)?.seconds ?? 0);
    }
    return spent;
  }
}

/** In the page: resolves when a training can start [ms since the navigation]. */
const ready = `new Promise((resolve) => {
  const look = () => {
    const start = document.querySelector('button.main');
    if (start && !start.ariaDisabled) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;

function launched() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page of the playground that loads. */
async function opened(browser, view = '') {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`http://127.0.0.1:${server.address().port}/${view}`, { waitUntil: 'commit' });
  return page;
}

async function measurePage(recipe) {
  const browser = await launched();
  try {
    const page = await opened(browser);
    const session = await browser.newBrowserCDPSession();
    const loadSeconds = (await page.evaluate(ready)) / 1000;
    await page.getByLabel('Recipe').selectOption(recipe);
    // A user looks before pressing Start; the page uses this time.
    await page.waitForTimeout(2000);
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const times = new ProcessorTimes(processInfo.map(({ id }) => id));
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    let megabytes = 0;
    const timer = setInterval(() => {
      times.look();
      megabytes = Math.max(megabytes, ...renderers.map((id) => megabytesOf(id)));
    }, 50);
    const ended = page.evaluate(watching);
    await page.getByRole('button', { name: 'Start' }).click();
    const { seen, seconds } = await ended;
    clearInterval(timer);
    times.look();
    const until = (percent) => seen.find((at) => at.percent >= percent)?.seconds ?? Number.NaN;
    const { workers, others } = times.since();
    return { loadSeconds, until98: until(98), until99: until(99), seconds, workers, others, megabytes };
  } finally {
    await browser.close();
  }
}

/** The most memory of the page while two settings are compared, with three seeds each. */
async function measureComparing() {
  const browser = await launched();
  try {
    const page = await opened(browser, '#compare');
    await page.evaluate(ready);
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    const most = { own: 0, whole: 0 };
    const timer = setInterval(() => {
      most.own = Math.max(most.own, ...renderers.map((id) => megabytesOf(id)));
      most.whole = Math.max(most.whole, ...renderers.map((id) => megabytesOf(id, ['VmRSS'])));
    }, 50);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('Finished.').waitFor({ timeout: 300_000 });
    clearInterval(timer);
    return most;
  } finally {
    await browser.close();
  }
}

/** The memory of a process [MB]: by default its own, without the browser's program, which all of them share. */
function megabytesOf(process, parts = ['RssAnon', 'RssShmem']) {
  const status = readFileSync(`/proc/${process}/status`, 'utf8');
  const kilobytes = parts.map((name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]));
  return kilobytes.reduce((sum, each) => sum + each) / 1000;
}

const results = [];
let comparing;
try {
  say('comparing');
  comparing = await measureComparing();
  for (const recipe of recipes) {
    const pages = [];
    const others = peers.map(() => []);
    for (let round = 1; round <= rounds; round++) {
      say(`${recipe}, round ${round} of ${rounds}`);
      pages.push(await measurePage(recipe));
      for (const [i, { program, width }] of peers.entries())
        others[i].push(run([program, 'bench/playground-once.mjs', recipe, `${threads}`, width]));
    }
    const of = (key) => summary(pages.map((each) => each[key]));
    results.push({
      recipe,
      page: Object.fromEntries(Object.keys(pages[0]).map((key) => [key, of(key)])),
      peers: peers.map(({ name }, i) => ({
        name,
        seconds: summary(others[i].map(({ seconds }) => seconds)),
        processorSeconds: summary(others[i].map(({ processorSeconds }) => processorSeconds)),
      })),
    });
  }
} finally {
  server.close();
}

console.log(`${machineLine}, ${threads} threads; medians of ${rounds} (least)\n`);
const cell = ({ median: middle, least }) => `${middle.toFixed(2)} (${least.toFixed(2)})`;
for (const { recipe, page, peers: beside } of results) {
  printTable([
    [recipe, 'to 98 % (s)', 'to 99 % (s)', 'to the end (s)', 'threads (CPU s)', 'others (CPU s)', 'MB'],
    [
      'page',
      ...[page.until98, page.until99, page.seconds, page.workers, page.others].map(cell),
      page.megabytes.most.toFixed(0),
    ],
    ...beside.map(({ name, seconds, processorSeconds }) => [
      ...[name, '', '', cell(seconds), cell(processorSeconds)],
      `page / it: ${((page.workers.median + page.others.median) / processorSeconds.median).toFixed(2)}`,
      '',
    ]),
  ]);
  console.log();
}
const loads = results.map(({ page }) => cell(page.loadSeconds)).join(', ');
console.log(`From the address to a Start that can be pressed: ${loads} s.`);
console.log(
  `Memory while two settings are compared: ${comparing.own.toFixed(0)} MB of its own, ${comparing.whole.toFixed(0)} MB with the browser's program.`,
);
keep('playground', { rounds, threads, results, comparing });
