// `npm run bench -- NAME`: runs one benchmark (default: epoch). The first lines of each file list its options.
const names = [
  'epoch',
  'augmentation',
  'micro',
  'mutation',
  'study',
  'study-kills',
  'start',
  'stops',
  'latency',
  'layers',
  'memory',
  'fleet',
  'fleet-kills',
  'full-disks',
  'journal',
  'damage',
  'distillation',
  'locks',
  'journal-damage',
  'online',
  'overhead',
  'page',
  'playground',
  'recipes',
  'resolve',
  'search',
  'ui',
  'verdict',
];
const [name, ...options] = process.argv.slice(2);
const chosen = name === undefined || name.startsWith('-') ? 'epoch' : name;
if (!names.includes(chosen)) {
  console.error(`there is no benchmark "${chosen}"; there are ${names.join(', ')}`);
  process.exit(2);
}
if (chosen === name) process.argv.splice(2, process.argv.length, ...options);
await import(`./${chosen}.mjs`);
