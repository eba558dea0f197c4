import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isLesson, LESSONS, type LessonName } from '../../examples/shared/lessons.ts';
import { startOwnService, surroundingsIn } from '../../examples/shared/surroundings.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import setup from '../support/synthesized.ts';
import { cellsOf, writeToGuide } from './guide-table.ts';
import { measure } from './killing.ts';

const HELP = `Usage: npm run examples:guide -- [options] [lesson …]

Kills lessons at each of their effects, as npm run test:examples does, prints what was found, and writes the counted
columns of docs/guides/patterns.md.

  --data-dir DIR   of a service that runs already; without, one is started and stopped
  --dry-run        print, and write nothing
  --help           this text
`;

/** Lessons that are measured at a time. */
const AT_A_TIME = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'data-dir': { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const own = values['data-dir'] === undefined ? await ownService() : undefined;
  const dir = temporaryDirectory();
  try {
    const surroundings = await surroundingsIn(values['data-dir'] ?? own?.dataDir ?? '');
    const waiting: LessonName[] = positionals.length > 0 ? positionals.filter(isLesson) : [...LESSONS];
    const work = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const found = await measure(name, { dir: join(dir, name), surroundings });
        const cells = cellsOf(found);
        process.stdout.write(`${name}: messages ${cells.messages} · killed ${cells.killed}\n`);
        for (const sentence of found.wrong) process.stdout.write(`  ✗ ${sentence}\n`);
        if (found.wrong.length > 0) process.exitCode = 1;
        else if (!values['dry-run']) writeToGuide(name, cells);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } finally {
    await own?.stop();
    removeDirectory(dir);
  }
}

async function ownService() {
  await setup();
  return startOwnService();
}

if (values.help) process.stdout.write(HELP);
else await main();
