// @ts-check
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** @type {NodeJS.GCFunction | undefined} */
let collect;

/**
 * Collects all garbage of this thread. V8 keeps the pages of threads that have ended for those that go on, and a thread that does
 * little gives it no reason to collect: here it also gives back what it kept. Not by a session of `node:inspector`: with one, the
 * process hangs when a thread ends later.
 *
 * Plain JavaScript: for TypeScript, Node would load a compiler into every thread.
 */
export function giveBackMemory() {
  collect ??= collector();
  collect?.({ type: 'major', flavor: 'last-resort' });
}

/**
 * V8's `gc`, which a context has only if it is made while the flag is set: functions do not see it.
 *
 * @returns {NodeJS.GCFunction | undefined} undefined if another thread has just unset the flag: it is the process's
 */
function collector() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  return gc;
}
