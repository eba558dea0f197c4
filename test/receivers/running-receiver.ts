import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import type { Program } from './programs/languages.ts';

/** A receiver in its own process, with its database in `directory`. */
export interface RunningReceiver {
  /** Kills it without warning, and starts it again, from now on with `changes` to its environment. */
  killAndStart(changes?: Readonly<Record<string, string>>): Promise<void>;
  /** What it says about one transaction, when it is called with `ask`. */
  ask(transactionId: string): Promise<string>;
  /** Rows of its database. */
  query<Row>(sql: string): readonly Row[];
  /** Its last words, for a test that fails. */
  readonly said: string;
  stop(): Promise<void>;
}

const LAST_WORDS = 20;

export async function startReceiver(
  program: Program,
  settings: {
    readonly directory: string;
    readonly port: number;
    readonly environment: Readonly<Record<string, string>>;
  },
): Promise<RunningReceiver> {
  const { directory, port, environment } = settings;
  const database = join(directory, 'shop.db');
  const said: string[] = [];
  const [file, ...args] = program.command;
  const env = {
    ...process.env,
    ...program.environment,
    ...environment,
    DATABASE: database,
    PORT: String(port),
  };
  let child: ChildProcess;

  const start = async () => {
    const started = spawn(file, args, {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    started.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
    started.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
    await eventually(
      async () => ({ exitCode: started.exitCode, answers: await answers(port) }),
      (seen) => {
        if (seen.exitCode !== null || !seen.answers) throw new Error(`It does not run:\n${said.join('')}`);
      },
    );
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    get said() {
      return said.slice(-LAST_WORDS).join('');
    },
    stop,
    async ask(transactionId) {
      const { stdout } = await promisify(execFile)(file, [...args, 'ask', transactionId], {
        cwd: directory,
        env,
      });
      return stdout;
    },
    async killAndStart(changes = {}) {
      await stop();
      Object.assign(env, changes);
      await start();
    },
    query<Row>(sql: string) {
      const db = new DatabaseSync(database, { readOnly: true, timeout: 10_000 });
      try {
        return db.prepare(sql).all() as Row[];
      } finally {
        db.close();
      }
    },
  };
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }).then(
    () => true,
    () => false,
  );
}
