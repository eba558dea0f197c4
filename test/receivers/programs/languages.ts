import { execFileSync } from 'node:child_process';
import { madeOnce } from '../../support/made-once.ts';

/** A program in another language, ready to run. */
export interface Program {
  readonly language: string;
  /** The executable and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Why a program cannot be tried on this machine: one line for people. */
interface Missing {
  readonly language: string;
  readonly why: string;
}

/** How to make a program, by language. */
export type Makers = Readonly<Record<string, () => Promise<Omit<Program, 'language'>>>>;

export interface Present {
  readonly programs: readonly Program[];
  readonly missing: readonly Missing[];
}

/** Minutes in which packages are fetched, or not at all. */
const FETCH_MS = 300_000;

/** What the machine does not have: a language, or packages that cannot be fetched. Anything else that fails is a defect. */
class MissingHere extends Error {}

/** Makes what can be made on this machine, and says in one line what cannot. */
export async function makePresent(makers: Makers): Promise<Present> {
  const programs: Program[] = [];
  const missing: Missing[] = [];
  for (const [language, make] of Object.entries(makers)) {
    try {
      programs.push({ language, ...(await make()) });
    } catch (error) {
      if (!(error instanceof MissingHere)) throw error;
      missing.push({ language, why: error.message });
    }
  }
  return { programs, missing };
}

export const findPython = () => findLanguage(['python3', 'python'], '--version', /Python 3\.(1\d|[2-9]\d)/);
export const findGo = () => findLanguage(['go', '/usr/local/go/bin/go'], 'version', /go1\.(2[5-9]|[3-9]\d)/);
export const findJavac = () => findLanguage(['javac'], '-version', /javac (1[7-9]|[2-9]\d)/);
export const findPhp = () => findLanguage(['php'], '--version', /PHP 8\./);
export const findMaven = () => findLanguage(['mvn'], '-version', /Maven [3-9]/);
export const findCargo = () => findLanguage(['cargo'], '--version', /cargo 1\.(8[5-9]|9\d|\d{3})/);

/** @throws MissingHere if no executable of these names has a version that is new enough */
function findLanguage(names: readonly string[], versionArgument: string, newEnough: RegExp): string {
  for (const name of names) {
    try {
      if (newEnough.test(run(name, [versionArgument]))) return name;
    } catch {
      // The next name may be there.
    }
  }
  throw new MissingHere(`there is no ${names[0]} of a version that is new enough`);
}

/**
 * Fetches packages of a registry.
 *
 * @throws MissingHere with the client's last line
 */
export function fetchPackages(command: string, args: readonly string[], cwd: string): void {
  try {
    run(command, args, { cwd, timeout: FETCH_MS });
  } catch (error) {
    throw new MissingHere(`its packages cannot be fetched: ${wordsOf(error).trim().split('\n').at(-1)}`);
  }
}

/** Compiles, and fails with the compiler's words. */
export function compile(command: string, args: readonly string[], cwd: string): void {
  try {
    run(command, args, { cwd });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${wordsOf(error)}`);
  }
}

/** The directory of a list of Python packages, for `PYTHONPATH`. */
export function pythonPackages(requirements: string): Promise<string> {
  const python = findPython();
  return madeOnce({
    name: 'python-packages',
    inputs: [requirements],
    make: (directory) =>
      fetchPackages(
        python,
        ['-m', 'pip', 'install', '-q', '--target', directory, '-r', requirements],
        directory,
      ),
  });
}

interface RunOptions {
  readonly cwd?: string;
  readonly timeout?: number;
}

function run(command: string, args: readonly string[], options: RunOptions = {}): string {
  return execFileSync(command, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function wordsOf(error: unknown): string {
  const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
  return `${stdout}\n${stderr}`;
}
