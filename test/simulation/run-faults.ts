import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sideBySide } from '../../lib/core/side-by-side.ts';
import { type DeliberateFault, FAULTS } from './fault-list.ts';

const HELP = `Usage: npm run faults -- [options]

Shows that the simulation can fail: applies one deliberate fault at a time to a copy of the code, and demands that some
seed finds it; and that nothing is found without a fault, whichever safety nets are off.

  --only X   the faults whose names hold X, and nothing else
  --help     this text
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SEEDS = 400;
const CORES = availableParallelism();
const PARTS = [
  'lib/core',
  'lib/api',
  'lib/receiver',
  'lib/adapters/memory',
  'test/simulation',
  'package.json',
];
/** What a test file may need besides. Without the configuration, which synthesizes the whole stack first. */
const TEST_PARTS = ['docs', 'lib', 'test', 'tsconfig.json'];
type Nets = NonNullable<DeliberateFault['without']>;

/** The first broken promise that some seed finds in a copy of the code, with the fault in it where there is one. */
async function firstFinding(without: Nets, fault?: DeliberateFault): Promise<string | undefined> {
  const copy = mkdtempSync(join(tmpdir(), 'tidings-fault-'));
  try {
    const parts = fault?.test === undefined ? PARTS : [...PARTS, ...TEST_PARTS];
    for (const part of parts) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    if (fault !== undefined) apply(copy, fault);
    if (fault?.test !== undefined) return await failingTest(copy, fault.test);
    return await simulate(copy, without, fault?.every ?? 1);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function apply(copy: string, { file, find, replace }: DeliberateFault): void {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  if (before.split(find).length !== 2) throw new Error(`${file} does not hold this exactly once:\n${find}`);
  writeFileSync(
    path,
    before.replace(find, () => replace),
  );
}

/** The first test of a file that fails in the copy, where one does. */
function failingTest(copy: string, file: string): Promise<string | undefined> {
  const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=tap-flat', file];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: copy, maxBuffer: 1 << 26 }, (error, stdout) => {
      const [, name] = /^not ok \d+ - (.+?)(?: #.*)?$/m.exec(stdout) ?? [];
      // A fault that breaks the program is no finding: only a test that fails is.
      if (error !== null && name === undefined) reject(error);
      else resolve(name);
    });
  });
}

function simulate(copy: string, without: Nets, every: number): Promise<string | undefined> {
  const nets = without.flatMap((name) => ['--without', name]);
  const args = [
    'test/simulation/simulate.ts',
    '--seeds',
    String(SEEDS),
    '--every',
    String(every),
    '--fail-fast',
    ...nets,
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: copy, maxBuffer: 1 << 26 }, (error, stdout) => {
      const sentence = stdout.split('\n').find((line) => line.startsWith('  '));
      // A fault that breaks the program is no finding: only a broken promise is.
      if (error !== null && sentence === undefined) reject(error);
      else resolve(sentence?.trim());
    });
  });
}

/** What is found without any fault would be found with every fault, and prove nothing. */
async function demandNothingWithoutFault(): Promise<void> {
  const combinations: readonly Nets[] = [[], ['sweep'], ['audit'], ['sweep', 'audit']];
  await sideBySide(combinations, CORES, async (without) => {
    const found = await firstFinding(without);
    if (found !== undefined) throw new Error(`With ${without.join(' and ') || 'nothing'} off: ${found}`);
  });
  process.stdout.write('✓ nothing found without a fault, whichever nets are off\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const { only } = values;
  if (only === undefined) await demandNothingWithoutFault();
  const faults = FAULTS.filter(({ name }) => only === undefined || name.includes(only));
  let missed = 0;
  await sideBySide(faults, CORES, async (fault) => {
    const found = await firstFinding(fault.without ?? [], fault);
    if (found === undefined) missed += 1;
    process.stdout.write(
      `${found === undefined ? '✗ missed' : '✓ caught'}  ${fault.name}\n${found === undefined ? '' : `            ${found}\n`}`,
    );
  });
  process.stdout.write(
    `${faults.length} deliberate faults · ${faults.length - missed} caught · ${missed} missed\n`,
  );
  process.exitCode = missed > 0 || faults.length === 0 ? 1 : 0;
}

await main();
