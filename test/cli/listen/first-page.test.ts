import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '../../../lib/cli/command-line/run-program.ts';
import { commandTree } from '../../../lib/cli/command-tree.ts';
import { useDemoWorld } from '../../support/demo-world.ts';
import { fetchOf } from '../../support/kit.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { payment } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const setup = useDemoWorld();
const config = temporaryDirectory();
const arrived: string[] = [];
let refused: string | undefined;
const receiver = createServer(async (request, response) => {
  const { data } = JSON.parse(await text(request)) as { data: { transactionId: string } };
  if (data.transactionId !== refused) arrived.push(data.transactionId);
  response.writeHead(data.transactionId === refused ? 500 : 204).end();
});
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(() => {
  receiver.close();
  removeDirectory(config);
});

async function listen(...words: readonly string[]) {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  let said = '';
  const stream = {
    write: (part: string) => {
      said += part;
    },
  };
  const status = await runProgram(commandTree('1'), {
    argv: ['listen', '--forward-to', url, '--once', ...words],
    env: {
      TIDINGS_API: 'https://tidings.example',
      TIDINGS_KEY: setup.demo.receiver,
      TIDINGS_CONFIG_DIR: config,
    },
    streams: { stdin: (async function* () {})(), stdout: stream, stderr: stream },
    signal: new AbortController().signal,
    now: () => setup.world.time.nowMs,
    fetch: fetchOf(setup.world),
  });
  return { status, said };
}

it('goes on where it began, if it ended within its first page', async () => {
  const { world, demo } = setup;
  for (const id of ['pay_1', 'pay_2', 'pay_3']) {
    await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
  }
  world.time.nowMs += 30_000;
  refused = 'pay_2';
  expect(await listen()).toMatchObject({ status: 1, said: expect.stringContaining('answered 500') });
  expect(arrived).toEqual(['pay_1']);
  world.time.nowMs += HOUR_MS;
  refused = undefined;
  expect(await listen()).toMatchObject({ status: 0 });
  expect(arrived).toEqual(['pay_1', 'pay_2', 'pay_3']);
});

it('asks where to begin if the file with its place is damaged', async () => {
  await listen();
  const folder = join(config, 'listen');
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'));
  writeFileSync(join(folder, file), '');
  expect(await listen()).toMatchObject({ status: 2, said: expect.stringContaining('--since') });
  expect(await listen('--since', '1h')).toMatchObject({ status: 0 });
  expect(await listen()).toMatchObject({ status: 0 });
});
