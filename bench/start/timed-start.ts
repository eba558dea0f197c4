import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../../test/support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../test/support/local-service.ts';
import { ROOT } from '../../test/support/synthesized.ts';
import { cpuSeconds, processTree } from './process-tree.ts';

/** What is there before a start. */
export interface Kept {
  /** Whether an assembly of the same inputs, and compiled code, are there from an earlier start. */
  readonly isCached: boolean;
  /** Whether the demo starts too. */
  readonly hasDemo: boolean;
}

/** A part of a start, in the order of time. */
interface Phase {
  readonly name: string;
  readonly ms: number;
}

/** `npm start`, from the command to the line "Tidings ready". */
export interface TimedStart {
  readonly readyMs: number;
  readonly phases: readonly Phase[];
  /** Of npm, the service, the synthesis and the DynamoDB emulator. */
  readonly cpuSeconds: number;
  /** Processes that go on: the service and the DynamoDB emulator. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Names of the marks that the service sets, and what has passed by then. */
const MARKS: Readonly<Record<string, string>> = {
  'tidings:loaded': 'load our modules',
  'tidings:assembled': 'find or make the assembly',
  'tidings:queues': 'read the template, open queues',
  'tidings:tables': 'start dynoxide, provide tables and buckets',
  'tidings:cloud': 'functions, routes, event sources',
  'tidings:ready': 'credentials: the first requests',
};
const LAST_MARK = 'tidings:ready';
const PROBE = new URL('./phase-probe.mjs', import.meta.url).href;

interface Marks {
  readonly originMs: number;
  readonly probedMs: number;
  readonly marks: readonly (readonly [string, number])[];
}

/** Starts the service in a fresh data directory, and waits until it is ready. */
export async function timeStart({ isCached, hasDemo }: Kept): Promise<TimedStart> {
  const directory = temporaryDirectory();
  const marksFile = join(directory, 'marks.json');
  const options = ['--port', '0', '--receiver-port', '0', '--data-dir', join(directory, 'data')];
  // Node's options are an input of the assembly, so another URL of the probe makes a new one.
  const probe = isCached ? PROBE : `${PROBE}?${process.pid}-${Date.now()}`;
  const startedMs = performance.timeOrigin + performance.now();
  const child = spawn('npm', ['start', '--', ...options, ...(hasDemo ? [] : ['--no-demo'])], {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_OPTIONS: `--import=${probe}`,
      BENCH_MARKS: marksFile,
      BENCH_LAST_MARK: LAST_MARK,
      ...(!isCached && { NODE_DISABLE_COMPILE_CACHE: '1' }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches npm and the service alike.
    detached: true,
  });
  await ready(child);
  const readyMs = performance.timeOrigin + performance.now() - startedMs;
  const tree = processTree(child.pid ?? 0);
  const cpu = cpuSeconds(tree.map(({ pid }) => pid));
  await eventually(
    () => existsSync(marksFile),
    (isThere) => {
      if (!isThere) throw new Error('The service set no marks.');
    },
  );
  return {
    readyMs,
    phases: phasesOf(JSON.parse(readFileSync(marksFile, 'utf8')) as Marks, startedMs),
    cpuSeconds: cpu,
    pids: tree.filter(({ command }) => !isShell(command)).map(({ pid }) => pid),
    async stop() {
      const exited = once(child, 'exit');
      process.kill(-(child.pid ?? 0), 'SIGINT');
      await exited;
      removeDirectory(directory);
    },
  };
}

/** npm and the shell that it starts the script with. */
const isShell = (command: string) => /^(?:npm|sh|bash|dash)\b/.test(command);

function phasesOf({ originMs, probedMs, marks }: Marks, startedMs: number): readonly Phase[] {
  const times = new Map(marks);
  const ends: readonly (readonly [string, number])[] = [
    ['npm', originMs],
    ['start Node', probedMs],
    ...Object.entries(MARKS).map(([mark, name]) => [name, times.get(mark) ?? Number.NaN] as const),
  ];
  return ends.map(([name, endMs], index) => ({ name, ms: endMs - (ends[index - 1]?.[1] ?? startedMs) }));
}

async function ready({ stdout, stderr }: ChildProcess): Promise<void> {
  if (stdout === null || stderr === null) throw new Error('no pipes');
  const said: string[] = [];
  stderr.on('data', (text) => said.push(String(text)));
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('Tidings ready: ')) {
      // Drain the remaining output: a full pipe would block the service.
      stdout.resume();
      return;
    }
  }
  throw new Error(`The service did not start:\n${said.join('')}`);
}
