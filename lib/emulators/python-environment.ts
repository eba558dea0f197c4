import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmulatorError } from './emulator-error.ts';
import { runCommand } from './run-command.ts';

/** A Python program with what it needs, for one directory of the user's cache. */
export interface PythonPackages {
  /** The name of the directory. Another version needs another name. */
  readonly name: string;
  /** As pip takes them: `ministack==1.5.33`. */
  readonly packages: readonly string[];
  readonly log: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

const OLDEST = [3, 10] as const;
const CHECK = 'import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])';

/**
 * Installs the packages into a virtual environment of their own, once. It is built beside its place and renamed, so a
 * build that died, or a second one at the same time, does no harm.
 *
 * @returns the environment's Python
 * @throws EmulatorError if Python 3.10 with venv is absent, or pip cannot install
 */
export async function pythonWith(options: PythonPackages): Promise<string> {
  const { name, packages, log, env = process.env } = options;
  const [major, minor] = await systemPython(env);
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  const place = join(cache, 'tidings', `${name}-py${major}.${minor}`);
  const python = join(place, 'bin', 'python');
  if (existsSync(python)) return python;
  const building = `${place}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(place), { recursive: true });
    log(`Installing ${packages.join(' ')} into ${place} …`);
    await build(building, packages, env);
    putInPlace(building, place);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return python;
}

async function systemPython(env: NodeJS.ProcessEnv): Promise<readonly [number, number]> {
  const advice = `Install Python ${OLDEST.join('.')} or newer with its venv module (Debian: apt install python3-venv).`;
  const { status, lines } = await runCommand('python3', ['-c', CHECK], { env });
  if (status === undefined) throw new EmulatorError(`There is no python3 on the PATH. ${advice}`);
  if (status !== 0) throw new EmulatorError(`python3 has no venv (${lines.at(-1) ?? ''}). ${advice}`);
  const [major = 0, minor = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new EmulatorError(`python3 is ${major}.${minor}. ${advice}`);
  }
  return [major, minor];
}

async function build(directory: string, packages: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const made = await runCommand('python3', ['-m', 'venv', directory], { env });
  if (made.status !== 0) {
    throw new EmulatorError(`python3 -m venv failed: ${made.lines.slice(-3).join(' ')}`);
  }
  // `python -m`, not the scripts in bin: those name the directory in which they were built.
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
  const installed = await runCommand(join(directory, 'bin', 'python'), args, { env });
  if (installed.status !== 0) {
    const why = installed.lines.filter((line) => line.startsWith('ERROR')).at(-1) ?? installed.lines.at(-1);
    throw new EmulatorError(
      `pip cannot install ${packages.join(' ')}: ${why ?? 'no reason given'}. It needs the network, or a mirror that pip is ` +
        'configured for (pip config set global.index-url).',
    );
  }
}

/** Another process may have been first. Its environment is as good as ours. */
function putInPlace(building: string, place: string): void {
  try {
    renameSync(building, place);
  } catch (error) {
    if (!existsSync(join(place, 'bin', 'python'))) throw error;
  }
}
