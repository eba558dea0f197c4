import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import { isFileError } from '../command-line/unwritable.ts';

/**
 * Keeps a second process away from a file. Each holder makes a lock with the next number, and only one process can make a
 * number. A lock is never reused: a process that decided on an old one finds that a newer one is there.
 */

const OWNER_ONLY = 0o600;
/** The content of a lock whose holder let it go. Otherwise it is a process id. */
const FREE = 'free';
/** Each lost race means that another process made a lock, so the next look finds it. */
const MAX_TRIES = 10;

interface Held {
  readonly number: number;
  readonly path: string;
  readonly content: string;
}

/**
 * @returns lets the lock go
 * @throws CommandFailure `already_listening` if a process that runs holds it
 */
export function takeLock(file: string): () => void {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const newest = newestLock(file);
    if (newest !== undefined && isHeld(newest.content)) throw taken(newest);
    const own = (newest?.number ?? 0) + 1;
    if (!make(lockPath(file, own))) continue;
    // Another process may have been faster, and have ended since: then its lock has a higher number.
    if (numbersOf(file).at(-1) === own) {
      for (const number of numbersOf(file)) if (number < own) rmSync(lockPath(file, number), { force: true });
      // It stays, so that its number is never made again.
      return () => letGo(lockPath(file, own));
    }
    rmSync(lockPath(file, own), { force: true });
  }
  throw taken(newestLock(file));
}

/** If it cannot be written, it keeps naming a process that ends: that lock is free too. It is never empty in between. */
function letGo(path: string): void {
  try {
    const handle = openSync(path, 'r+');
    writeSync(handle, FREE);
    ftruncateSync(handle, FREE.length);
    closeSync(handle);
  } catch (error) {
    if (!isFileError(error)) throw error;
  }
}

const lockPath = (file: string, number: number) => `${file}.lock.${number}`;

function numbersOf(file: string): readonly number[] {
  const start = `${basename(file)}.lock.`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(start) && /^[1-9]\d{0,14}$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)))
    .sort((a, b) => a - b);
}

function newestLock(file: string): Held | undefined {
  const number = numbersOf(file).at(-1);
  if (number === undefined) return undefined;
  const path = lockPath(file, number);
  try {
    return { number, path, content: readFileSync(path, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // A newer lock replaced it meanwhile.
    return { number, path, content: FREE };
  }
}

/** False if another process has made it. */
function make(path: string): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'wx', OWNER_ONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(handle, String(process.pid));
    return true;
  } catch (error) {
    // An empty lock would keep everybody out, also once the disk has room again.
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** An empty lock is being made or let go at this moment. */
function isHeld(content: string): boolean {
  if (content === '') return true;
  const pid = Number(content);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function taken(held: Held | undefined): CommandFailure {
  const { content = '', path = 'the lock' } = held ?? {};
  const owner = content === '' || content === FREE ? 'Another process' : `Process ${content}`;
  return new CommandFailure(EXIT.usage, 'already_listening', `${owner} forwards to this address already.`, {
    hint: `Stop it first. If it is no listener, delete ${path}.`,
  });
}
