import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { fillStore, openDay, spread } from './day-of-outcomes.ts';

const HELP = `Usage: npm run bench:reconcile -- [options]

What it costs to find 3, 30 and 300 lost outcomes among all outcomes of a day, compared with listing all of them.

  --outcomes N   outcomes of the day (1,000,000)
  --help         show this text
`;

const LOST = [3, 30, 300];
const BUDGET = { lost: 3, outcomes: 1_000_000, requests: 20, bytes: 200_000 };

const { values } = parseArgs({
  options: {
    outcomes: { type: 'string', default: '1000000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}
const outcomes = Number(values.outcomes);
const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (sinceMs: number) => `${((Date.now() - sinceMs) / 1_000).toFixed(0)} s`;
const columns = (...cells: readonly (string | number)[]) =>
  cells.map((cell) => cell.toLocaleString('en').padStart(12)).join('');

const directory = mkdtempSync(join(tmpdir(), 'tidings-bench-'));
try {
  let startedMs = Date.now();
  const day = await openDay(outcomes);
  say(`${outcomes.toLocaleString('en')} outcomes over a day; windows closed in ${seconds(startedMs)}`);
  const hidden = LOST.map((lost) => spread(lost, outcomes));
  const all = new Set(hidden.flatMap((set) => [...set]));
  const seeded = join(directory, 'seeded.db');
  startedMs = Date.now();
  const memory = new DatabaseSync(':memory:');
  await fillStore(day, memory, without(Array(outcomes).keys(), all));
  memory.prepare('VACUUM INTO ?').run(seeded);
  memory.close();
  say(`applied by a receiver on SQLite in ${seconds(startedMs)}\n`);

  say(columns('lost', 'found', 'requests', 'bytes', 'took'));
  for (const [index, missing] of hidden.entries()) {
    const file = join(directory, `${index}.db`);
    copyFileSync(seeded, file);
    const own = new DatabaseSync(file);
    // Measure the requests, not the disk of this machine.
    own.exec('PRAGMA synchronous = OFF');
    await fillStore(day, own, without(all, missing));
    startedMs = Date.now();
    const { applied, requests, bytes } = await day.receiver(own).reconcile();
    say(columns(missing.size, applied, requests, bytes, seconds(startedMs)));
    own.close();
    const isBudgeted = missing.size === BUDGET.lost && outcomes === BUDGET.outcomes;
    if (isBudgeted && (requests > BUDGET.requests || bytes > BUDGET.bytes)) {
      say(`over the budget of ${BUDGET.requests} requests and ${BUDGET.bytes} bytes`);
      process.exitCode = 1;
    }
  }
  startedMs = Date.now();
  const { requests, bytes } = await day.listAll();
  say(columns('list all', outcomes, requests, bytes, seconds(startedMs)));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function* without(indexes: Iterable<number>, those: ReadonlySet<number>): Generator<number> {
  for (const index of indexes) if (!those.has(index)) yield index;
}
