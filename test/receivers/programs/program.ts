import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../support/synthesized.ts';

/** A receiver in another language, as `examples/receivers` has it. */
export interface Program {
  readonly language: string;
  /** The executable and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Why a program cannot be tried on this machine: one line for people. */
export interface Missing {
  readonly language: string;
  readonly why: string;
}

export const EXAMPLES = join(ROOT, 'examples/receivers');

/** Minutes in which packages are fetched, or not at all. */
const FETCH_MS = 300_000;

/** What the machine does not have: a language, or packages that cannot be fetched. Anything else that fails is a defect. */
export class MissingHere extends Error {}

/** Runs a step that needs the language. @throws MissingHere if there is none */
export function findLanguage(names: readonly string[], versionArgument: string, oldest: RegExp): string {
  for (const name of names) {
    try {
      const said = execFileSync(name, [versionArgument], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (oldest.test(said)) return name;
    } catch {
      // The next name may be there.
    }
  }
  throw new MissingHere(`there is no ${names[0]} of a version that is new enough`);
}

/** Fetches packages of a registry. @throws MissingHere with the last line of the client */
export function fetchPackages(command: string, args: readonly string[], cwd: string): void {
  try {
    execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: FETCH_MS,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    const last = `${stdout}\n${stderr}`.trim().split('\n').at(-1);
    throw new MissingHere(`its packages cannot be fetched: ${last}`);
  }
}

/** Compiles, with the compiler's words if it fails. */
export function compile(command: string, args: readonly string[], cwd: string): void {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
