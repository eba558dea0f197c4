import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLIES_VARIABLE } from '../../support/synthesized.ts';
import type { DeliberateFault } from './deliberate-fault.ts';
import { INJECTION_VARIABLE, type Injection } from './injection.ts';

/** Who must find a deliberate fault: the simulation, or a test. Each runs in a process of its own. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const INJECT = new URL('./inject.ts', import.meta.url).href;
const SEEDS = 400;
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
const MAX_OUTPUT_BYTES = 1 << 26;

export type Nets = NonNullable<DeliberateFault['without']>;

/**
 * The first broken promise, or the first failed test, that the fault causes; undefined if nobody found it.
 *
 * @param module URL of the module that the fault's hook point names
 * @throws if the fault was never reached, or broke the program
 */
export async function findingOf(fault: DeliberateFault, module: string): Promise<string | undefined> {
  const { name, test, without = [], every } = fault;
  const directory = mkdtempSync(join(tmpdir(), 'tidings-fault-'));
  try {
    const injection: Injection = {
      name,
      module,
      exports: [...fault.at.replacements.keys()],
      reachedFile: join(directory, 'reached'),
    };
    const found =
      test === undefined ? await simulate({ without, every, injection }) : await runTest(test, injection);
    if (!existsSync(injection.reachedFile)) throw new Error(`Never reached: ${name}`);
    return found;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface SimulateOptions {
  readonly without: Nets;
  readonly every?: number | undefined;
  readonly injection?: Injection;
}

/** The first broken promise that some seed finds. */
export async function simulate({
  without,
  every = 1,
  injection,
}: SimulateOptions): Promise<string | undefined> {
  const args = [
    'test/simulation/simulate.ts',
    '--fail-fast',
    '--seeds',
    String(SEEDS),
    '--every',
    String(every),
  ];
  for (const net of without) args.push('--without', net);
  const { error, stdout } = await run(args, { injection });
  const sentence = stdout.split('\n').find((line) => line.startsWith('  '));
  // A fault that breaks the program is no finding: only a broken promise is.
  if (error !== null && sentence === undefined) throw error;
  return sentence?.trim();
}

/** The first test of a file that fails. A fault that breaks the program, or the synthesis, is no finding. */
export async function runTest(test: string, injection?: Injection): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-fault-test-'));
  try {
    const report = join(directory, 'report.json');
    // Modules are loaded by Node itself, where `inject.ts` can replace them, and not by Vite.
    const native = '--experimental.viteModuleRunner=false';
    const args = [VITEST, 'run', native, '--reporter=json', `--outputFile=${report}`, test];
    const { error, stdout, stderr } = await run(args, { injection, assemblies: join(directory, 'cdk.out') });
    const [failed] = failedTests(report);
    if (error !== null && failed === undefined)
      throw new Error(`${test} did not come to an end:\n${stdout}${stderr}`);
    return failed;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly injection: Injection | undefined;
  /** Cache of assemblies for a test: the one of the working copy must not get the fault. */
  readonly assemblies?: string;
}

interface Ended {
  readonly error: Error | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], { injection, assemblies }: RunOptions): Promise<Ended> {
  const env = {
    ...process.env,
    ...(assemblies !== undefined && { [ASSEMBLIES_VARIABLE]: assemblies }),
    ...(injection !== undefined && {
      [INJECTION_VARIABLE]: JSON.stringify(injection),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${INJECT}`,
    }),
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: ROOT, env, maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => resolve({ error, stdout, stderr }),
    );
  });
}

interface TestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function failedTests(report: string): readonly string[] {
  if (!existsSync(report)) return [];
  return (JSON.parse(readFileSync(report, 'utf8')) as TestReport).testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);
}
