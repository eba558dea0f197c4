import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../protocol/hashes.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import { profilesFile } from '../connection/profiles.ts';

/** How far a listener has come. It is saved after each callback that the receiver accepted. */
export interface ListenerState {
  /** The cursor of the page that is being forwarded. Undefined before the first page. */
  readonly cursor: string | undefined;
  /** Outcomes of this page that were accepted already: `pay_1 1`. */
  readonly accepted: readonly string[];
  /** Signs the callbacks. */
  readonly secret: string;
}

export interface ListenerFile {
  read(): ListenerState | undefined;
  write(state: ListenerState): void;
  /** Lets the next listener start. */
  unlock(): void;
}

export interface ListenerName {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly api: string;
  readonly merchantId: string;
  /** Where callbacks go. Each address has a place of its own in the feed. */
  readonly forwardTo: string;
}

const OWNER_ONLY = 0o600;

/**
 * Opens the file of a listener, and keeps others out of it: two listeners with one file would skip what the other one saved.
 *
 * @throws CommandFailure if another process listens with it
 */
export function openListenerFile({ env, api, merchantId, forwardTo }: ListenerName): ListenerFile {
  const name = sha256Hex(`${api}\n${merchantId}\n${forwardTo}`).slice(0, 16);
  const file = join(dirname(profilesFile(env)), 'listen', `${merchantId}-${name}.json`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = `${file}.lock`;
  takeLock(lock);
  return {
    read: () => (existsSync(file) ? stateOf(readFileSync(file, 'utf8')) : undefined),
    write: (state) => {
      const draft = `${file}.draft`;
      writeFileSync(draft, JSON.stringify(state), { mode: OWNER_ONLY });
      chmodSync(draft, OWNER_ONLY);
      renameSync(draft, file);
    },
    unlock: () => rmSync(lock, { force: true }),
  };
}

/** The lock holds a process id. One of a process that ended is taken over. */
function takeLock(lock: string): void {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const handle = openSync(lock, 'wx', OWNER_ONLY);
      writeSync(handle, String(process.pid));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(readFileSync(lock, 'utf8'));
      if (isRunning(owner)) {
        throw new CommandFailure(
          EXIT.usage,
          'already_listening',
          `Process ${owner} forwards to this address already.`,
          {
            hint: `Stop it first. If it is no listener, delete ${lock}.`,
          },
        );
      }
      rmSync(lock, { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function stateOf(text: string): ListenerState | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || typeof value.secret !== 'string' || !Array.isArray(value.accepted))
      return undefined;
    const { cursor, secret, accepted } = value;
    return {
      cursor: typeof cursor === 'string' ? cursor : undefined,
      secret,
      accepted: accepted.map(String),
    };
  } catch {
    return undefined;
  }
}
