import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmulatorError } from './emulator-error.ts';
import { freePort } from './free-port.ts';
import { pythonWith } from './python-environment.ts';

export const MINISTACK_VERSION = '1.5.33';
/** `cryptography` is what it signs and encrypts with. */
const PACKAGES = [`ministack==${MINISTACK_VERSION}`, 'cryptography==50.0.2'];

/** A running MiniStack, with nothing in it. */
export interface MiniStack {
  /** `http://localhost:<port>` */
  readonly endpoint: string;
  /** Rejects when it ends before `stop`. */
  readonly broken: Promise<never>;
  stop(): Promise<void>;
}

export interface MiniStackOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Ends the program, with the Node processes of its functions, when this process closes the pipe or dies. They are one
 * process group.
 */
const PROGRAM = `
import os, runpy, signal, sys, threading
def follow():
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=follow, daemon=True).start()
sys.argv = ['ministack']
runpy.run_module('ministack', run_name='__main__')
`;
const READY_MS = 120_000;
const POLL_MS = 100;

/**
 * Installs MiniStack into the user's cache, once.
 * @returns the Python that has it
 * @throws EmulatorError if Python is absent or pip cannot install
 */
export function installMiniStack(options: Omit<MiniStackOptions, 'port'>): Promise<string> {
  return pythonWith({ ...options, name: `ministack-${MINISTACK_VERSION}`, packages: PACKAGES });
}

/** @throws EmulatorError if it cannot be installed or does not start */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  const { env = process.env } = options;
  const python = await installMiniStack(options);
  const port = options.port === 0 ? await freePort() : options.port;
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-ministack-'));
  const child = spawn(python, ['-c', PROGRAM], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...environment(env), GATEWAY_PORT: String(port), TMPDIR: dataDir },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      said.push(String(text));
      if (said.length > 100) said.shift();
    });
  }
  const ended = once(child, 'exit');
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    child.stdin?.end();
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  const broken = ended.then((): never => {
    if (isStopping) return new Promise(() => undefined) as never;
    throw new EmulatorError(`MiniStack ended:\n${said.join('').split('\n').slice(-15).join('\n')}`);
  });
  broken.catch(() => undefined);
  const endpoint = `http://localhost:${port}`;
  try {
    await Promise.race([ready(endpoint, child), broken]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, broken, stop };
}

/** Its functions run on the Node that is first on the path: the one of the lock file, which runs this process. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH = '', HOME, LANG } = env;
  return {
    PATH: [dirname(process.execPath), PATH].join(delimiter),
    ...(HOME !== undefined && { HOME }),
    ...(LANG !== undefined && { LANG }),
    // URLs of hosts that end in a number are invalid, so 127.0.0.1 would not do.
    MINISTACK_HOST: 'localhost',
    BIND_HOST: '127.0.0.1',
    IOT_MTLS_ENABLED: '0',
    LOG_LEVEL: 'WARNING',
  };
}

async function ready(endpoint: string, child: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(READY_MS);
  while (child.exitCode === null && !signal.aborted) {
    const answer = await fetch(`${endpoint}/_localstack/health`, { signal }).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(POLL_MS);
  }
  throw new EmulatorError(`MiniStack does not answer at ${endpoint} after ${READY_MS / 1_000} s.`);
}
