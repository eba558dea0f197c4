import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Api, createApi } from '../../lib/local/api-client.ts';
import { type Credentials, readCredentials } from '../../lib/local/credentials.ts';
import { START_ARGUMENTS } from './start-command.ts';
import { ROOT } from './synthesized.ts';

/** The service as `npm start` runs it: another process, real sockets, real files. */
export interface LocalService {
  readonly pid: number;
  readonly credentials: Credentials;
  readonly adminKey: string;
  readonly api: Api;
  /** Kills the service without warning, as a power cut would. */
  kill(): Promise<void>;
  /** Stops the service as Ctrl-C would; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'tidings-test-'));
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** How Node itself runs the service. */
export interface StartOptions {
  /** Node's own options, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts the service in another process and waits until it is ready.
 * @param options command-line options besides port and data directory; default: `--no-demo`
 * @throws Error with its output if it does not start
 */
export async function startService(
  dataDir: string,
  options: readonly string[] = ['--no-demo'],
  { nodeOptions = [], environment = {} }: StartOptions = {},
): Promise<LocalService> {
  const program = [...nodeOptions, ...START_ARGUMENTS, '--port', '0', '--data-dir', dataDir, ...options];
  const child = spawn(process.execPath, program, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Nobody else would stop it if this process ends early.
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  await ready(child);
  const credentials = readCredentials(dataDir);
  if (credentials === undefined) throw new Error('The service is ready, but there are no credentials.');
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  };
  return {
    pid: child.pid ?? 0,
    credentials,
    adminKey: credentials.adminKey,
    api: createApi(credentials.api),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGINT'),
  };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const said: string[] = [];
  child.stderr.on('data', (text) => said.push(String(text)));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('Tidings ready: ')) {
      // Drain the remaining output: a full pipe would block the service.
      child.stdout.resume();
      return;
    }
  }
  throw new Error(`The service did not start:\n${said.join('')}`);
}
