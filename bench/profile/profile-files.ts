import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Files by which the bench sees that all profilers run, and that all have written their profiles. */
export const STARTED_FILE = 'started';
export const WRITTEN_FILE = 'written';

/** A CPU profile as V8 writes it. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that was on top of the stack at each sample. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** A function. Line and column are counted from 0. Built-in functions have an empty `url`. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface ThreadProfile {
  /** The thread's name: `MainThread`, or the logical id of a function. */
  readonly thread: string;
  readonly profile: CpuProfile;
}

const SUFFIX = '.cpuprofile';
/** What a run writes. Nothing else in a directory is touched. */
const WRITTEN = /\.(cpuprofile|heapsnapshot|heap-taken)$/;

/** Makes the directory, and deletes the files of an earlier run in it. */
export function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const file of readdirSync(directory)) {
    if (WRITTEN.test(file) || file === STARTED_FILE || file === WRITTEN_FILE) rmSync(join(directory, file));
  }
}

/** All profiles in a directory, as `<thread>.<id>.cpuprofile`. */
export function readProfiles(directory: string): readonly ThreadProfile[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => ({
      thread: file.slice(0, file.indexOf('.')),
      profile: JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile,
    }));
}
