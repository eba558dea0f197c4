/**
 * Loaded into every thread of the profiled process by `--import`, before its own code. SIGUSR2 starts the CPU profiler in
 * all threads, and the next SIGUSR2 ends it and writes a file for each. Unlike `--cpu-prof`, this leaves out the start of the
 * process, and does not need threads that end in an orderly way.
 *
 * The query of its own URL says where files go, and whether heap snapshots are wanted: `?directory=…&heap=1`.
 */

import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import {
  BroadcastChannel,
  getEnvironmentData,
  isMainThread,
  setEnvironmentData,
  threadId,
  threadName,
} from 'node:worker_threads';
import { STARTED_FILE, WRITTEN_FILE } from './profile-files.ts';

const RUNNING = 'tidings-profile-running';
const MAX_WAIT_MS = 30_000;

const parameters = new URL(import.meta.url).searchParams;
const directory = parameters.get('directory') ?? '.';
const wantsHeap = parameters.get('heap') === '1';
const name = isMainThread ? 'MainThread' : threadName;

const session = new Session();
session.connect();
const channel = new BroadcastChannel('tidings-profile');
channel.unref();

type Order = 'start' | 'stop' | 'done';

async function start(): Promise<void> {
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
}

async function stop(): Promise<void> {
  const { profile } = await session.post('Profiler.stop');
  writeFileSync(join(directory, `${name}.${threadId}.cpuprofile`), JSON.stringify(profile));
  if (wantsHeap && isFirstOfItsName()) writeHeapSnapshot(join(directory, `${name}.heapsnapshot`));
}

/** One instance of a function is enough: a snapshot takes seconds and megabytes. */
function isFirstOfItsName(): boolean {
  try {
    closeSync(openSync(join(directory, `${name}.heap-taken`), 'wx'));
    return true;
  } catch {
    return false;
  }
}

function inThread(): void {
  channel.onmessage = async ({ data }: { data: Order }) => {
    if (data === 'start') await start();
    else if (data === 'stop') await stop();
    else return;
    channel.postMessage('done' satisfies Order);
  };
}

function inMainThread(): void {
  const workers = new Set<object>();
  process.on('worker', (worker) => {
    workers.add(worker);
    worker.once('exit', () => workers.delete(worker));
  });
  let isRunning = false;
  process.on('SIGUSR2', async () => {
    isRunning = !isRunning;
    // Threads that start from now on read it.
    setEnvironmentData(RUNNING, isRunning);
    const done = answersOf(workers.size);
    channel.postMessage((isRunning ? 'start' : 'stop') satisfies Order);
    await (isRunning ? start() : stop());
    await done;
    writeFileSync(join(directory, isRunning ? STARTED_FILE : WRITTEN_FILE), '');
  });
}

/** A thread that ends meanwhile never answers. */
function answersOf(expected: number): Promise<void> {
  if (expected === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, MAX_WAIT_MS);
    let answers = 0;
    channel.onmessage = ({ data }: { data: Order }) => {
      if (data === 'done') answers += 1;
      if (answers < expected) return;
      clearTimeout(timer);
      resolve();
    };
  });
}

if (isMainThread) inMainThread();
else inThread();
if (!isMainThread && getEnvironmentData(RUNNING) === true) await start();
