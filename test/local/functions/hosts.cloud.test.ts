import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Container, startContainer } from '../../../lib/local/functions/container.ts';
import { giveBackMemory } from '../../../lib/local/functions/give-back-memory.mjs';
import { type Hosts, openHosts } from '../../../lib/local/functions/hosts.ts';
import type { LocalLogLine } from '../../../lib/local/logging/log.ts';
import { eventually } from '../../support/eventually.ts';

const BUNDLE = `
import { threadId } from 'node:worker_threads';
const loadedWith = process.env.WHO;
let events = 0;
export async function handler(event) {
  events += 1;
  await new Promise((resolve) => setTimeout(resolve, 5));
  console.log('I am ' + process.env.WHO);
  if (event.lastWords) process.stderr.write(new TextEncoder().encode(event.lastWords));
  if (event.throwLater) setTimeout(() => { throw new Error('in nobody\\'s name'); }, 1);
  if (event.loop) for (;;);
  if (event.never || event.throwLater) await new Promise(() => {});
  return { who: process.env.WHO, loadedWith, events, threadId, names: Object.keys(process.env) };
}
`;

/** Waits at a barrier, and then tells what belongs to its event and what its instance shares. */
const SEVERAL = `
import { InvokeStore } from ${JSON.stringify(import.meta.resolve('@aws/lambda-invoke-store'))};
import { threadId } from 'node:worker_threads';
const store = await InvokeStore.getInstanceAsync();
const atBarrier = [];
let warm = 0;
export async function handler(event, context) {
  warm += 1;
  if (event.waitsFor !== undefined) {
    if (atBarrier.length + 1 === event.waitsFor) for (const open of atBarrier.splice(0)) open();
    else await new Promise((resolve) => atBarrier.push(resolve));
  }
  if (event.sets !== undefined) process.env.LAST = event.sets;
  if (event.loop) for (;;);
  if (event.never) await new Promise(() => {});
  if (event.exit) process.exit(7);
  if (event.takesMb) take(event.takesMb);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    warm,
    threadId,
    requestIds: [context.awsRequestId, store.getRequestId()],
    traces: [process.env._X_AMZN_TRACE_ID, store.getXRayTraceId(), { ...process.env }._X_AMZN_TRACE_ID],
    remainingMs: context.getRemainingTimeInMillis(),
    last: process.env.LAST,
    maximum: process.env.AWS_LAMBDA_MAX_CONCURRENCY,
  };
}
const taken = [];
function take(mb) {
  // A list of numbers takes 8 bytes for each.
  for (let count = 0; count < mb; count += 1) taken.push(new Array(2 ** 17).fill(0.5));
}
`;

let root: string;
let hosts: Hosts;
let givenBack: number;
let lines: LocalLogLine[];
let requests = 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidings-hosts-'));
  lines = [];
  givenBack = 0;
  hosts = openHosts(
    join(root, 'compile-cache'),
    (line) => lines.push(line),
    () => {
      givenBack += 1;
      giveBackMemory();
    },
  );
});
afterEach(async () => {
  await hosts.stop();
  rmSync(root, { recursive: true });
});

interface ToStart {
  readonly bundle?: string;
  readonly isHostShared?: boolean;
}

function start(who: string, { bundle = BUNDLE, isHostShared = true }: ToStart = {}): Container {
  const assetDir = join(root, bundle === BUNDLE ? 'asset' : who);
  mkdirSync(assetDir, { recursive: true });
  writeFileSync(join(assetDir, 'index.mjs'), bundle);
  return startContainer({
    host: isHostShared ? hosts.shared() : hosts.start(who),
    source: who,
    isHostShared,
    setting: {
      assetDir,
      handler: 'index.handler',
      functionName: who,
      functionArn: `arn:${who}`,
      memoryMb: 128,
      env: { WHO: who },
    },
  });
}

async function invoke(container: Container, event: object = {}, timeoutMs = 60_000) {
  requests += 1;
  const request = {
    requestId: `r${requests}`,
    traceHeader: `Root=${requests}`,
    payload: JSON.stringify(event),
  };
  return JSON.parse(await container.invoke(request, timeoutMs));
}

describe('a thread with several functions', () => {
  it('gives each an environment, module state and log source of its own, also while both run', async () => {
    const [one, two] = [start('one'), start('two')];
    const [first, second] = await Promise.all([invoke(one), invoke(two)]);
    expect(first).toMatchObject({ who: 'one', loadedWith: 'one', events: 1 });
    expect(second).toMatchObject({ who: 'two', loadedWith: 'two', events: 1, threadId: first.threadId });
    expect(first.names.toSorted()).toEqual(['WHO', '_X_AMZN_TRACE_ID']);
    expect(await invoke(one)).toMatchObject({ events: 2 });
    expect(lines).toContainEqual({ source: 'one', stream: 'stdout', line: 'I am one' });
    expect(lines).toContainEqual({ source: 'two', stream: 'stdout', line: 'I am two' });
  });

  it('gives an instance modules of its own after another has ended, or could not be loaded', async () => {
    const first = start('one');
    expect(await invoke(first)).toMatchObject({ loadedWith: 'one', events: 1 });
    await first.end();
    expect(await invoke(start('two'))).toMatchObject({ loadedWith: 'two', events: 1 });

    writeFileSync(join(root, 'is-down'), '');
    const bundle = `import { existsSync } from 'node:fs';
      if (existsSync(${JSON.stringify(join(root, 'is-down'))})) throw new Error('down');
      ${BUNDLE}`;
    const down = start('three', { bundle });
    await expect(invoke(down)).rejects.toThrow('down');
    rmSync(join(root, 'is-down'));
    expect(await invoke(start('three', { bundle }))).toMatchObject({ who: 'three', events: 1 });
  });

  it('logs the last words of each, also without a line feed', async () => {
    const [one, two] = [start('one'), start('two')];
    await Promise.all([invoke(one, { lastWords: 'é' }), invoke(two, { lastWords: 'b' })]);
    await hosts.stop();
    expect(lines).toContainEqual({ source: 'one', stream: 'stderr', line: 'é' });
    expect(lines).toContainEqual({ source: 'two', stream: 'stderr', line: 'b' });
  });

  it('lets the others go on when one ends', async () => {
    const [one, two] = [start('one'), start('two')];
    await invoke(one);
    await one.end();
    await expect(invoke(one)).rejects.toMatchObject({ kind: 'crash' });
    expect(await invoke(two)).toMatchObject({ who: 'two' });
  });

  it('ends with all of them when one crashes, and another thread takes its place', async () => {
    const [one, two] = [start('one'), start('two')];
    const failed = expect(invoke(two, { never: true })).rejects.toMatchObject({ kind: 'crash' });
    await expect(invoke(one, { throwLater: true })).rejects.toMatchObject({ kind: 'crash' });
    await failed;
    expect([one.isOpen, two.isOpen]).toEqual([false, false]);
    expect(await invoke(start('one'))).toMatchObject({ who: 'one', events: 1 });
  });

  it('takes no more events when one times out, lets the others end, and another thread takes its place', async () => {
    const [one, two] = [start('one', { bundle: SEVERAL }), start('two', { bundle: SEVERAL })];
    const running = invoke(two, { waitsFor: 2 });
    await expect(invoke(one, { never: true }, 500)).rejects.toMatchObject({ kind: 'time-out' });
    expect([one.isOpen, two.isOpen]).toEqual([false, false]);
    const next = start('one', { bundle: SEVERAL });
    const { threadId } = await invoke(next);
    // Ends the one that runs. Only a test can send an event to what takes no more.
    await invoke(two, { waitsFor: 2 });
    expect((await running).threadId).not.toBe(threadId);
    await expect(invoke(two)).rejects.toMatchObject({ kind: 'crash' });
    expect(await invoke(next)).toMatchObject({ warm: 2 });
  });
});

describe('an instance with several events at once', () => {
  const startOne = () => start('one', { bundle: SEVERAL, isHostShared: false });

  it('gives each its own request, trace and deadline, and all of them one process.env and one module', async () => {
    const one = startOne();
    await invoke(one, { sets: 'first' });
    const before = requests;
    const answers = await Promise.all(
      [10_000, 20_000, 30_000].map((timeoutMs) => invoke(one, { waitsFor: 3 }, timeoutMs)),
    );
    for (const [place, answer] of answers.entries()) {
      const [id, trace] = [`r${before + place + 1}`, `Root=${before + place + 1}`];
      expect(answer).toMatchObject({
        requestIds: [id, id],
        traces: [trace, trace, trace],
        last: 'first',
        warm: 4,
      });
      expect(answer.remainingMs).toBeLessThanOrEqual((place + 1) * 10_000);
      expect(answer.remainingMs).toBeGreaterThan(place * 10_000);
    }
    await one.end();
  });

  it('lets the others end when one times out, and then ends the thread', async () => {
    const one = startOne();
    const running = Promise.all([invoke(one, { waitsFor: 3 }), invoke(one, { waitsFor: 3 })]);
    await expect(invoke(one, { never: true }, 500)).rejects.toMatchObject({
      kind: 'time-out',
      message: expect.stringContaining('Task timed out after 0.50 seconds'),
    });
    expect(one.isOpen).toBe(false);
    await invoke(one, { waitsFor: 3 });
    expect(await running).toHaveLength(2);
    await expect(invoke(one)).rejects.toMatchObject({
      kind: 'crash',
      message: expect.stringContaining('one, in the same thread: Task timed out after 0.50 seconds'),
    });
  });

  it('ends with all of them as soon as one times out that blocks the thread', async () => {
    const one = startOne();
    await invoke(one);
    const others = [invoke(one, { never: true }), invoke(one, { never: true })];
    const failed = Promise.all(
      others.map((other) =>
        expect(other).rejects.toMatchObject({
          kind: 'crash',
          message: expect.stringContaining('Task timed out after 0.50 seconds, and blocks its thread'),
        }),
      ),
    );
    await expect(invoke(one, { loop: true }, 500)).rejects.toMatchObject({ kind: 'time-out' });
    await failed;
  });

  it('ends when several time out, one after the other', async () => {
    const one = startOne();
    await invoke(one);
    const timedOut = [200, 400].map((timeoutMs) =>
      expect(invoke(one, { never: true }, timeoutMs)).rejects.toMatchObject({ kind: 'time-out' }),
    );
    await Promise.all(timedOut);
    await expect(invoke(one)).rejects.toMatchObject({ kind: 'crash' });
  });

  it('ends with all of them when one crashes it', async () => {
    const one = startOne();
    await invoke(one);
    const failed = expect(invoke(one, { never: true })).rejects.toMatchObject({ kind: 'crash' });
    await expect(invoke(one, { exit: true })).rejects.toMatchObject({ kind: 'crash' });
    await failed;
  });

  it('ends with all of them when one takes too much memory', async () => {
    const one = startOne();
    await invoke(one, { takesMb: 100 });
    const tooMuch = { kind: 'crash', message: expect.stringContaining('memory limit') };
    const failed = expect(invoke(one, { never: true })).rejects.toMatchObject(tooMuch);
    await expect(invoke(one, { takesMb: 2_500 })).rejects.toMatchObject(tooMuch);
    await failed;
  });

  it('fails all that wait for its start when its bundle cannot be loaded', async () => {
    const one = start('one', { bundle: 'throw new Error("down");', isHostShared: false });
    const failed = [invoke(one), invoke(one)].map((event) =>
      expect(event).rejects.toMatchObject({ kind: 'crash', message: expect.stringContaining('down') }),
    );
    await Promise.all(failed);
    expect(one.isOpen).toBe(false);
  });

  it('ends all of them when the cloud stops', async () => {
    const one = startOne();
    await invoke(one);
    const failed = expect(invoke(one, { never: true })).rejects.toMatchObject({ kind: 'crash' });
    await one.end();
    await failed;
  });
});

describe('the memory of a thread that has ended', () => {
  /** Keeps an object only weakly. Nothing but a full collection drops it. */
  const HOLDER = `
    let held;
    const hold = () => { held = new WeakRef({}); };
    export async function handler(event) {
      if (event.hold) hold();
      return { isHeld: held?.deref() !== undefined, gc: typeof globalThis.gc };
    }
  `;
  const heldHere = () => new WeakRef({});

  it('is given back by a collection', async () => {
    const held = heldHere();
    await new Promise(setImmediate);
    giveBackMemory();
    expect(held.deref()).toBe(undefined);
  });

  it('is given back by those that go on, which collect their garbage, and functions see nothing of it', async () => {
    const timed = start('timed', { bundle: HOLDER });
    const one = start('one', { bundle: HOLDER, isHostShared: false });
    expect(await invoke(one, { hold: true })).toMatchObject({ isHeld: true });
    expect(await invoke(timed, { hold: true })).toMatchObject({ isHeld: true });
    await one.end();
    await eventually(
      async () => ({ here: givenBack, there: (await invoke(timed)).isHeld }),
      (seen) => expect(seen).toEqual({ here: 1, there: false }),
    );
    const other = start('other', { bundle: HOLDER, isHostShared: false });
    expect([await invoke(timed), await invoke(other)]).toMatchObject([
      { gc: 'undefined' },
      { gc: 'undefined' },
    ]);
    await other.end();
  });
});
