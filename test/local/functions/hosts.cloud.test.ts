import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Container, startContainer } from '../../../lib/local/functions/container.ts';
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

const CALLER = `
import { get } from 'node:http';
export const handler = (url) => new Promise((resolve) => {
  get(url, (response) => response.resume().on('end', resolve)).on('error', resolve);
});
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

  function start(who: string, bundle = BUNDLE, env: Record<string, string> = {}): Container {
    const assetDir = join(root, bundle === BUNDLE ? 'asset' : who);
    mkdirSync(assetDir, { recursive: true });
    writeFileSync(join(assetDir, 'index.mjs'), bundle);
    return startContainer({
      host: hosts.shared(),
      source: who,
      isHostShared: true,
      setting: {
        assetDir,
        handler: 'index.handler',
        functionName: who,
        functionArn: `arn:${who}`,
        memoryMb: 128,
        env: { WHO: who, ...env },
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

  it('measures how long requests to others are under way, and leaves out those to the cloud', async () => {
    const answers: (() => void)[] = [];
    const server = createServer((_request, response) => answers.push(() => response.end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const call = (container: Container) =>
      container.invoke({ requestId: 'r', traceHeader: '', payload: JSON.stringify(url) }, 60_000);
    const arrived = () =>
      eventually(
        () => answers.length,
        (count) => expect(count).toBe(1),
      );
    const stranger = start('stranger', CALLER);
    const slow = call(stranger);
    await arrived();
    // It grows while the receiver does not answer.
    await eventually(
      () => stranger.outsideMs(),
      (ms) => expect(ms).toBeGreaterThan(20),
    );
    answers.pop()?.();
    await slow;
    const total = stranger.outsideMs();
    const own = start('own', CALLER, { AWS_ENDPOINT_URL_DYNAMODB: url });
    const quick = call(own);
    await arrived();
    answers.pop()?.();
    await quick;
    expect(own.outsideMs()).toBe(total);
    server.close();
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
    const down = start('three', bundle);
    await expect(invoke(down)).rejects.toThrow('down');
    rmSync(join(root, 'is-down'));
    expect(await invoke(start('three', bundle))).toMatchObject({ who: 'three', events: 1 });
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
