import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LocalCloudError, messageOf } from '../errors.ts';
import { treeHash } from './tree-hash.ts';

/**
 * Keeps assemblies by the hash of their inputs. An assembly gets its name by a rename when it is complete, and does not change
 * afterwards. Processes need no lock: two that make the same assembly each publish their own.
 *
 * Names in the cache: `<hash>-<random>` is an assembly, `<hash>-<random>.<pid>-<random>.user` a process that uses it,
 * `draft-<pid>-<random>` an assembly that is being made, and `gone-<pid>-<random>` one that is being deleted.
 */

/** Assemblies that are kept, besides those in use. A preset has one, and a branch its own. */
const KEPT = 6;
/** Holds the hash of an assembly. Names with a dot in front are not part of it: compiled code of the bundles is kept there. */
const SEAL = '.sha256';

const ASSEMBLY_NAME = /^[0-9a-f]{64}-[0-9a-f]{12}$/;
const USER_NAME = /^(.+)\.(\d+)-[0-9a-f]{12}\.user$/;
const UNFINISHED_NAME = /^(?:draft|gone)-(\d+)-[0-9a-f]{12}$/;

/** The whole assembly with this hash of inputs. This process is its user until it ends. Undefined if there is none. */
export function findAssembly(cacheDir: string, inputs: string): string | undefined {
  clearUp(cacheDir);
  for (const name of namesIn(cacheDir)) {
    if (!ASSEMBLY_NAME.test(name) || !name.startsWith(`${inputs}-`)) continue;
    // Claimed before it is read: nobody deletes it from now on.
    const note = claim(cacheDir, name);
    const directory = join(cacheDir, name);
    if (isWhole(directory)) {
      touch(directory);
      return directory;
    }
    release(note);
  }
  return undefined;
}

/**
 * A new empty directory for an assembly.
 * @throws LocalCloudError `synthesis_failed` if the cache cannot be written
 */
export function openDraft(cacheDir: string): string {
  const directory = join(cacheDir, `draft-${process.pid}-${random()}`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new LocalCloudError(
      'synthesis_failed',
      `The assembly cannot be written: ${messageOf(error)}. ${cacheDir} must be a directory. It is only a cache: you can remove it.`,
      { cause: error },
    );
  }
  return directory;
}

/** Publishes a complete draft under the hash of its inputs, and deletes assemblies that were not used for longest. */
export function publishDraft(cacheDir: string, draft: string, inputs: string): string {
  writeFileSync(join(draft, SEAL), contentHash(draft));
  const name = `${inputs}-${random()}`;
  claim(cacheDir, name);
  const directory = join(cacheDir, name);
  renameSync(draft, directory);
  prune(cacheDir);
  return directory;
}

const random = () => randomBytes(6).toString('hex');

function namesIn(cacheDir: string): readonly string[] {
  return unless(GONE, () => readdirSync(cacheDir)) ?? [];
}

/** A process that was killed leaves no part of an assembly. A full disk, a power cut or an edit may still damage one. */
function isWhole(directory: string): boolean {
  const seal = unless(GONE, () => readFileSync(join(directory, SEAL), 'utf8'));
  return seal === contentHash(directory);
}

function contentHash(directory: string): string {
  const names = unless(GONE, () => readdirSync(directory)) ?? [];
  return treeHash(directory, names.filter((name) => !name.startsWith('.')).sort());
}

/** What this process noted as used. It may end without clearing this up: `clearUp` of another process does. */
const claims = new Set<string>();
process.once('exit', () => claims.forEach(release));

/** Notes that this process uses an assembly, until it ends or the note is released. Returns the note's path. */
function claim(cacheDir: string, name: string): string {
  const note = join(cacheDir, `${name}.${process.pid}-${random()}.user`);
  // Where nobody may write, nobody deletes assemblies.
  unless(READ_ONLY, () => writeFileSync(note, ''));
  claims.add(note);
  return note;
}

function release(note: string): void {
  claims.delete(note);
  unless(READ_ONLY, () => rmSync(note, { force: true }));
}

function touch(directory: string): void {
  const now = new Date();
  unless([...GONE, ...READ_ONLY], () => utimesSync(directory, now, now));
}

/** Deletes what processes left that were killed. */
function clearUp(cacheDir: string): void {
  for (const name of namesIn(cacheDir)) {
    const pid = USER_NAME.exec(name)?.[2] ?? UNFINISHED_NAME.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    unless([...READ_ONLY, ...IN_USE], () => rmSync(join(cacheDir, name), { recursive: true, force: true }));
  }
}

/** Deletes all assemblies but those in use and those used last. */
function prune(cacheDir: string): void {
  const assemblies = namesIn(cacheDir)
    .filter((name) => ASSEMBLY_NAME.test(name))
    .map((name) => ({ name, usedMs: unless(GONE, () => statSync(join(cacheDir, name)).mtimeMs) ?? 0 }))
    .sort((a, b) => b.usedMs - a.usedMs);
  for (const { name } of assemblies.slice(KEPT)) discard(cacheDir, name);
}

function discard(cacheDir: string, name: string): void {
  if (isUsed(cacheDir, name)) return;
  const [directory, gone] = [join(cacheDir, name), join(cacheDir, `gone-${process.pid}-${random()}`)];
  unless(GONE, () => {
    renameSync(directory, gone);
    // A process may have claimed it in between. One that claims it from now on does not find it.
    if (isUsed(cacheDir, name)) renameSync(gone, directory);
    else rmSync(gone, { recursive: true, force: true });
  });
}

function isUsed(cacheDir: string, name: string): boolean {
  return namesIn(cacheDir).some((file) => {
    const [, used, pid] = USER_NAME.exec(file) ?? [];
    return used === name && isRunning(Number(pid));
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Another process may delete a file or directory at any time. */
const GONE = ['ENOENT', 'ENOTDIR'];
const READ_ONLY = ['EACCES', 'EPERM', 'EROFS'];
/** The app of a process that was killed may still write for a moment. A later process deletes what it wrote. */
const IN_USE = ['ENOTEMPTY', 'EBUSY'];

/** The result, or undefined if the act fails with one of these codes. */
function unless<Result>(codes: readonly string[], act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
