import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printableLines } from '../lib/printable.ts';
import { readBooks } from './shared/books.ts';
import { type KillPlan, planOf } from './shared/effects.ts';
import {
  headOf,
  isLesson,
  LESSONS,
  type LessonName,
  newRun,
  type Run,
  startLesson,
} from './shared/lessons.ts';
import type { Played } from './shared/stage.ts';
import {
  isServing,
  type OwnService,
  type Surroundings,
  startOwnService,
  surroundingsIn,
} from './shared/surroundings.ts';

const HELP = `Usage: npm run example -- <name> [options]

Draws one pattern as a sequence. Then draws it again, killed with SIGKILL in the middle and restarted.

  --kill PLACE     kill it at this place instead: before:N or after:N, with an effect's number from the left margin
  --no-kill        draw it once, without a kill
  --data-dir DIR   data directory of the local service (.tidings); if no service runs, one is started and stopped
  --help           show this text

`;

/** Maximum starts. A lesson that needs more does not end. */
const MAX_STARTS = 5;

const write = (text: string) => void process.stdout.write(`${printableLines(text)}\n`);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kill: { type: 'string' },
      'no-kill': { type: 'boolean', default: false },
      'data-dir': { type: 'string', default: '.tidings' },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, plan: planOf(values.kill), name: positionals[0] };
}

function listLessons(): void {
  const width = Math.max(...LESSONS.map((name) => name.length));
  for (const name of LESSONS) write(`  ${name.padEnd(width)}   ${headOf(name)[0]?.split(': ')[0]}`);
}

/** Plays a lesson to its end, with a kill if one is planned. */
async function playToEnd(run: Run, kill?: KillPlan): Promise<Played> {
  write('');
  for (let start = 1; start <= MAX_STARTS; start += 1) {
    const plan = start === 1 && kill !== undefined ? { kill } : {};
    const started = await startLesson(run, { start, stdio: 'inherit', ...plan });
    if (started.kind === 'broken') throw new Error(`The lesson broke: ${started.output}`);
    if (started.kind === 'killed') continue;
    await showEnd(run);
    if (start === 1 && kill !== undefined) {
      const { effects } = started.played;
      write(`\nNothing was killed: there is no effect ${kill.effect}. The last one is ${effects}.`);
    }
    return started.played;
  }
  throw new Error(`The lesson did not end in ${MAX_STARTS} starts.`);
}

async function showEnd(played: Run): Promise<void> {
  const { run, surroundings } = played;
  const books = await readBooks(played);
  const ledgers = Map.groupBy(books.accounts, ({ ledger }) => ledger);
  const balances = [...ledgers].map(([ledger, accounts]) => {
    const changes = accounts.map(({ owner, opening, balance }) => `${owner} ${opening} → ${balance}`);
    return `${ledger}: ${changes.join(', ')}`;
  });
  const answers: string[] = [];
  for (let number = 1; ; number += 1) {
    const status = await surroundings.ask(`${run}_pay_${number}`);
    if (status === undefined) break;
    answers.push(`pay_${number} ${status}`);
  }
  write(`\n     ledgers   ${balances.join('\n               ')}\n     Tidings   ${answers.join('   ')}`);
}

async function show(name: LessonName, surroundings: Surroundings, plan: KillPlan | undefined): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'tidings-example-'));
  const runIn = (dir: string) => newRun(name, { dir: join(base, dir), surroundings });
  try {
    if (plan !== undefined) {
      await playToEnd(runIn('killed'), plan);
      return;
    }
    const { effects } = await playToEnd(runIn('whole'));
    if (args['no-kill']) return;
    const middle: KillPlan = { at: 'after', effect: Math.ceil(effects / 2) };
    write(`\nThe same lesson, killed ${middle.at} effect ${middle.effect} (--kill chooses another place):`);
    await playToEnd(runIn('killed'), middle);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  if (args.help || args.name === undefined) {
    process.stdout.write(HELP);
    listLessons();
    return;
  }
  if (!isLesson(args.name)) {
    listLessons();
    throw new Error(`There is no pattern ${args.name}.`);
  }
  for (const line of headOf(args.name)) write(line);
  let own: OwnService | undefined;
  if (!(await isServing(args['data-dir']))) {
    write(`No service runs from ${args['data-dir']}. Starting a temporary one …`);
    own = await startOwnService();
  }
  try {
    await show(args.name, await surroundingsIn(own?.dataDir ?? args['data-dir']), args.plan);
  } finally {
    await own?.stop();
  }
}

let args: ReturnType<typeof readArguments>;
try {
  args = readArguments();
  await main();
} catch (error) {
  process.stderr.write(
    `${printableLines((error as Error).message)}\nnpm run example -- --help lists the options and patterns.\n`,
  );
  process.exitCode = 1;
}
