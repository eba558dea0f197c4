import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../protocol/hashes.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { writing } from '../command-line/unwritable.ts';
import { profilesFile } from '../connection/profiles.ts';
import { takeLock } from './listener-lock.ts';

/** How far a listener has come. It is saved after each callback that the receiver accepted. */
export interface ListenerState {
  /** The cursor of the page that is being forwarded. Undefined before the first page. */
  readonly cursor: string | undefined;
  /** ISO time at which it began, for a listener that ends within its first page. */
  readonly from: string | undefined;
  /** Outcomes of this page that were accepted already: `pay_1 1`. */
  readonly accepted: readonly string[];
  /** Signs the callbacks. */
  readonly secret: string;
}

export interface ListenerFile {
  /** `damaged`: nobody knows how far it had come. Undefined: it is the first listener. */
  read(): ListenerState | 'damaged' | undefined;
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
/** The receiver may have got one callback whose place was not kept. It comes again. */
const NOTHING_SKIPPED =
  'The place in the feed is kept there. Make room, and call the command again: it skips nothing.';

/**
 * Opens the file of a listener, and keeps others out of it: two listeners with one file would skip what the other one saved.
 *
 * @throws CommandFailure if another process listens with it
 */
export function openListenerFile({ env, api, merchantId, forwardTo }: ListenerName): ListenerFile {
  const name = sha256Hex(`${api}\n${merchantId}\n${forwardTo}`).slice(0, 16);
  const file = join(dirname(profilesFile(env)), 'listen', `${merchantId}-${name}.json`);
  const kept = <Result>(write: () => Result) => writing(file, write, NOTHING_SKIPPED);
  kept(() => mkdirSync(dirname(file), { recursive: true, mode: 0o700 }));
  const unlock = kept(() => takeLock(file));
  return {
    read: () => (existsSync(file) ? stateOf(readFileSync(file, 'utf8')) : undefined),
    write: (state) => kept(() => replace(file, JSON.stringify(state))),
    unlock,
  };
}

/** The file has the old or the new content, also after the machine lost its power. */
function replace(file: string, content: string): void {
  const draft = `${file}.draft`;
  rmSync(draft, { force: true });
  const handle = openSync(draft, 'wx', OWNER_ONLY);
  try {
    // As a whole: a single write to a disk that is almost full keeps a part, and succeeds.
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}

function stateOf(text: string): ListenerState | 'damaged' {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || typeof value.secret !== 'string' || !Array.isArray(value.accepted))
      return 'damaged';
    const { cursor, from, secret, accepted } = value;
    return {
      cursor: typeof cursor === 'string' ? cursor : undefined,
      from: typeof from === 'string' ? from : undefined,
      secret,
      accepted: accepted.map(String),
    };
  } catch {
    return 'damaged';
  }
}
