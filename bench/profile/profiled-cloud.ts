import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StartOptions } from '../../test/support/local-service.ts';
import type { Recorder } from '../load/run-scene.ts';
import { STARTED_FILE, WRITTEN_FILE } from './profile-files.ts';

const PRELOAD = new URL('./profiler-preload.ts', import.meta.url);
const LOOK_EVERY_MS = 50;
const MAX_WAIT_MS = 120_000;

/** Starts a service whose threads can be profiled. */
export function profiledStart(directory: string, wantsHeap: boolean): StartOptions {
  const url = new URL(PRELOAD);
  url.searchParams.set('directory', directory);
  if (wantsHeap) url.searchParams.set('heap', '1');
  return { nodeOptions: ['--import', url.href] };
}

/** Switches the profilers of a process on and off. */
export function profilerOf(pid: number, directory: string): Recorder {
  return {
    start: () => signal(pid, join(directory, STARTED_FILE)),
    stop: () => signal(pid, join(directory, WRITTEN_FILE)),
  };
}

/** @throws Error if the process does not write the file that confirms the signal */
async function signal(pid: number, confirmation: string): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  for (const deadline = Date.now() + MAX_WAIT_MS; Date.now() < deadline; ) {
    if (existsSync(confirmation)) return;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`The profiled process did not write ${confirmation}.`);
}
