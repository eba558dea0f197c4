import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Container, startContainer } from '../../../lib/local/functions/container.ts';
import type { Host } from '../../../lib/local/functions/host.ts';
import { type Hosts, openHosts } from '../../../lib/local/functions/hosts.ts';
import type { LocalLogLine } from '../../../lib/local/logging/log.ts';

const BUNDLE = `
import { threadId } from 'node:worker_threads';
const loadedWith = process.env.WHO;
let events = 0;
export async function handler(event) {
  events += 1;
  await new Promise((resolve) => setTimeout(resolve, 5));
  console.log('I am ' + process.env.WHO);
  if (event.throwLater) setTimeout(() => { throw new Error('in nobody\\'s name'); }, 1);
  if (event.loop) for (;;);
  if (event.never || event.throwLater) await new Promise(() => {});
  return { who: process.env.WHO, loadedWith, events, threadId, names: Object.keys(process.env) };
}
`;

describe('a thread with several functions', () => {
  let root: string;
  let hosts: Hosts;
  let lines: LocalLogLine[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tidings-hosts-'));
    lines = [];
    hosts = openHosts(join(root, 'compile-cache'), (line) => lines.push(line));
  });
  afterEach(async () => {
    await hosts.stop();
    rmSync(root, { recursive: true });
  });

  function start(who: string, host: Host = hosts.shared()): Container {
    const assetDir = join(root, 'asset');
    mkdirSync(assetDir, { recursive: true });
    writeFileSync(join(assetDir, 'index.mjs'), BUNDLE);
    return startContainer({
      host,
      source: who,
      isHostShared: true,
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

  const invoke = async (container: Container, event: object = {}, timeoutMs = 60_000) =>
    JSON.parse(
      await container.invoke({ requestId: 'r', traceHeader: '', payload: JSON.stringify(event) }, timeoutMs),
    );

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

  it('lets the others go on when one ends', async () => {
    const [one, two] = [start('one'), start('two')];
    await invoke(one);
    await one.end();
    await expect(invoke(one)).rejects.toMatchObject({ kind: 'crash' });
    expect(await invoke(two)).toMatchObject({ who: 'two' });
  });

  it.each([
    ['times out', { never: true }, 'time-out', 500],
    ['crashes', { throwLater: true }, 'crash', 60_000],
  ])(
    'ends with all of them when one %s, and another thread takes its place',
    async (_what, event, kind, ms) => {
      const [one, two] = [start('one'), start('two')];
      const others = invoke(two, { never: true });
      const failed = expect(others).rejects.toMatchObject({ kind: 'crash' });
      await expect(invoke(one, event, ms)).rejects.toMatchObject({ kind });
      await failed;
      expect([one.isAlive, two.isAlive]).toEqual([false, false]);
      expect(await invoke(start('one'))).toMatchObject({ who: 'one', events: 1 });
    },
  );
});
