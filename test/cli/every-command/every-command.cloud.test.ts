import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import { boundedMap } from '../../../lib/protocol/runtime/bounded-map.ts';
import { run, start } from '../../e2e/command-line/program.ts';
import { runHere } from '../../support/running/run-here.ts';
import { ASKING, envOf, FOLDER, OFFLINE, wordsOf } from './sample-words.ts';
import { type Behaviour, type StandInService, startStandIn } from './stand-in-service.ts';

const COMMANDS = Object.keys(ASKING);
/** `try` waits for a callback, which no stand-in sends. */
const SHOWING = COMMANDS.filter((command) => command !== 'try');
/** Invisible characters, and all that moves a cursor. Line feeds are ours. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const STACK = /^\s+at \S+|EPIPE|bug in tidings|UnhandledPromise/m;

let service: StandInService;
let nobody: string;
beforeAll(async () => {
  service = await startStandIn();
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  nobody = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  closed.close();
});
afterAll(() => service.stop());

interface Running {
  readonly more?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Runs a command in this process. */
async function ran(
  command: string,
  api: string,
  { more = [], signal = new AbortController().signal }: Running = {},
) {
  const env = envOf(api, command.replaceAll(/\W/g, ''));
  return { command, ...(await runHere([...wordsOf(command), ...more], { env, signal })) };
}

/** What each command does, all at the same time: they wait for their repetitions. */
const all = (api: string) => Promise.all(COMMANDS.map((command) => ran(command, api)));

it('every command of the tree is tried here, or asks no service', () => {
  const inTree = commandTree('1.2.3').commands.map(({ words }) => words.join(' '));
  expect([...COMMANDS, ...OFFLINE].sort()).toEqual([...inTree].sort());
});

describe('every command', () => {
  it.each<[string, () => string, number, RegExp]>([
    [
      '3 and where it looked if nothing answers',
      () => nobody,
      3,
      /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
    ],
    ['2 if its key would go unencrypted to another machine', () => 'http://192.0.2.1', 2, /is not encrypted/],
    ['3 if the service is broken', () => service.api('broken'), 3, /status 500|answered/],
    ['4 and what to check if the key is wrong', () => service.api('wrong-key'), 4, /invalid_key/],
    [
      '4 and what to use if the key has another scope',
      () => service.api('other-scope'),
      4,
      /insufficient_scope/,
    ],
  ])('ends with %s', async (_, api, status, message) => {
    for (const { command, ...ended } of await all(api())) {
      expect({ command, ...ended }).toMatchObject({
        command,
        status,
        stderr: expect.stringMatching(message),
      });
      expect({ command, stderr: ended.stderr }).not.toMatchObject({ stderr: expect.stringMatching(STACK) });
    }
  });

  it('ends with 130 when it is interrupted, also while it waits for an answer', async () => {
    const ends = await Promise.all(
      COMMANDS.map(async (command) => {
        const stop = new AbortController();
        const running = ran(command, service.api('silent'), { signal: stop.signal });
        await service.asked(command.replaceAll(/\W/g, ''));
        stop.abort();
        const { status } = await running;
        return { command, status };
      }),
    );
    expect(ends).toEqual(COMMANDS.map((command) => ({ command, status: 130 })));
  });

  it('shows no control character of the data, as a table or as JSON', async () => {
    const api = service.api('answers');
    const ends = await Promise.all(
      SHOWING.flatMap((command) => [ran(command, api), ran(command, api, { more: ['--json'] })]),
    );
    let withData = 0;
    for (const { command, stdout, stderr } of ends) {
      expect({ command, shown: UNPRINTABLE.exec(stdout + stderr)?.[0] }).toEqual({
        command,
        shown: undefined,
      });
      if (stdout.includes('\\u001b')) withData += 1;
    }
    // Most commands show text of others. An answer that no command understood would show nothing.
    expect(withData).toBeGreaterThan(COMMANDS.length);
  });
});

/** Of each kind one: a table, a page, a stream, a file, a ledger, a listener. The rest is the same code of the process. */
const KINDS = ['audit-log', 'status', 'tail', 'export', 'reconcile', 'listen'];

function childOf(command: string, behaviour: Behaviour) {
  const name = `${behaviour}${command.replaceAll(/\W/g, '')}`;
  const child = start(wordsOf(command), { env: envOf(service.api(behaviour), name) });
  child.stdin.on('error', () => undefined).end();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return { child, said: () => said, asked: service.asked(name) };
}

describe('a process of each kind', () => {
  it('ends at once with 130 on Ctrl-C while it waits for an answer, and without a stack', async () => {
    const ends = await boundedMap(KINDS, 2, async (command) => {
      const { child, said, asked } = childOf(command, 'silent');
      await asked;
      child.kill('SIGINT');
      const [status] = await once(child, 'close');
      return { command, status, said: said() };
    });
    expect(ends).toEqual(
      KINDS.map((command) => ({ command, status: 130, said: expect.not.stringMatching(STACK) })),
    );
  });

  it('ends without a word about it if the reader of its pipe leaves', async () => {
    const ends = await boundedMap(KINDS, 2, async (command) => {
      const { child, said } = childOf(command, 'answers');
      child.stdout.destroy();
      await once(child, 'close');
      return { command, said: said() };
    });
    expect(ends).toEqual(KINDS.map((command) => ({ command, said: expect.not.stringMatching(STACK) })));
  });

  it.each([
    ['init', []],
    ['export', ['--out', join(FOLDER, 'export.json')]],
    ['listen', []],
    ['reconcile', ['--csv', join(FOLDER, 'differences.csv')]],
  ])('%s says which file a full disk does not take, and leaves no part of it', async (command, more) => {
    const env = envOf(service.api('answers'), `full${command}`);
    const { status, stderr } = await run([...wordsOf(command), ...more], { env, isDiskFull: true });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^\/.+ cannot be written: EFBIG/)]);
    expect(stderr).not.toMatch(STACK);
    expect(existsSync(more.at(-1) ?? '')).toBe(false);
  });

  it('listen starts again once the disk has room', async () => {
    const env = envOf(service.api('answers'), 'room');
    expect((await run(wordsOf('listen'), { env, isDiskFull: true })).stderr).toContain('it skips nothing');
    const { status, stdout } = await run([...wordsOf('listen'), '--json'], { env });
    // Nobody receives at that address: a status that comes after the lock and the file.
    expect([status, stdout]).toEqual([1, expect.stringContaining('"event":"forwarded"')]);
  });
});
