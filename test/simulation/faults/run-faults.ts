import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boundedMap } from '../../../lib/protocol/runtime/bounded-map.ts';
import { type DeliberateFault, FAULTS } from './fault-list.ts';

const HELP = `Usage: npm run faults -- [options]

Shows that the simulation can fail: applies one deliberate fault at a time to a copy of the code, and demands that some
seed finds it, or the test that the fault names; and that nothing is found without a fault, whichever safety nets are off.

  --only X   the faults whose names hold X, and nothing else
  --help     this text
`;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SEEDS = 400;
const CORES = availableParallelism();
const PARTS = [
  'lib/protocol',
  'lib/core',
  'lib/api',
  'lib/receiver',
  'lib/adapters/memory',
  'test/simulation',
  'package.json',
];
/** What else a test of the deployed template needs: all that is synthesized, and what synthesizes it. */
const TESTED_PARTS = [
  'lib',
  'bin',
  'functions',
  'docs',
  'test',
  'package.json',
  'package-lock.json',
  'cdk.json',
  'vitest.config.ts',
  'tsconfig.json',
];
type Nets = NonNullable<DeliberateFault['without']>;

/** The first broken promise that some seed finds in a copy of the code, with the fault in it where there is one. */
function firstFinding(without: Nets, fault?: DeliberateFault): Promise<string | undefined> {
  return inCopy(PARTS, fault, (copy) => simulate(copy, without, fault?.every ?? 1));
}

/** The first test of the file that fails in a copy of the code, with the fault in it where there is one. */
function firstFailure(test: string, fault?: DeliberateFault): Promise<string | undefined> {
  return inCopy(TESTED_PARTS, fault, (copy) => runTest(copy, test));
}

async function inCopy(
  parts: readonly string[],
  fault: DeliberateFault | undefined,
  judge: (copy: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const copy = mkdtempSync(join(tmpdir(), 'tidings-fault-'));
  try {
    for (const part of parts) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    if (fault !== undefined) apply(copy, fault);
    return await judge(copy);
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

const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
const REPORT = 'report.json';

/** A fault that breaks the program, or the synthesis, fails no test by name: that is no finding. */
function runTest(copy: string, test: string): Promise<string | undefined> {
  const args = [VITEST, 'run', '--reporter=json', `--outputFile=${join(copy, REPORT)}`, test];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: copy, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const failed = failedTests(copy);
      if (error !== null && failed.length === 0) {
        reject(new Error(`${test} did not come to an end:\n${stdout}${stderr}`));
      } else resolve(failed[0]);
    });
  });
}

interface TestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function failedTests(copy: string): readonly string[] {
  const path = join(copy, REPORT);
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as TestReport).testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);
}

/** A test that fails without a fault would be failed by every fault, and prove nothing. */
async function demandPassing(faults: readonly DeliberateFault[]): Promise<void> {
  for (const test of new Set(faults.flatMap((fault) => fault.test ?? []))) {
    const failed = await firstFailure(test);
    if (failed !== undefined) throw new Error(`${test} fails without a fault: ${failed}`);
  }
}

/** What is found without any fault would be found with every fault, and prove nothing. */
async function demandNothingWithoutFault(): Promise<void> {
  const combinations: readonly Nets[] = [[], ['sweep'], ['audit'], ['sweep', 'audit']];
  await boundedMap(combinations, CORES, async (without) => {
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
  await demandPassing(faults);
  let missed = 0;
  await boundedMap(faults, CORES, async (fault) => {
    const found =
      fault.test === undefined
        ? await firstFinding(fault.without ?? [], fault)
        : await firstFailure(fault.test, fault);
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
