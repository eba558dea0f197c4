import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf, run } from '../../e2e/command-line/program.ts';
import { ROOT } from '../synthesized.ts';
import { CTRL_C, openTerminal, type RecordedTerminal } from './recorded-terminal.ts';
import { svgOf } from './svg-recording.ts';

/** `npm run docs:recordings`: makes docs/images/demo.svg and docs/images/listen.svg. Needs `script` of util-linux. */

const SIZE = { columns: 80, rows: 24 };
const TIMEOUT_MS = 120_000;
const dataDir = mkdtempSync(join(tmpdir(), 'tidings-recording-'));

async function until(terminal: RecordedTerminal, what: RegExp): Promise<void> {
  for (let waited = 0; !what.test(terminal.text()); waited += 100) {
    if (waited > TIMEOUT_MS) throw new Error(`${what} was not shown:\n${terminal.text()}`);
    await sleep(100);
  }
}

function save(name: string, terminal: RecordedTerminal, title: string): void {
  const svg = svgOf({ frames: terminal.frames, size: SIZE, title });
  writeFileSync(join(ROOT, 'docs/images', name), svg);
  process.stdout.write(
    `docs/images/${name}: ${terminal.frames.length} frames, ${Math.ceil(svg.length / 1_024)} KiB\n`,
  );
}

/** What differs from run to run: ports, the directory, tokens and secrets. */
function clean(text: string): string {
  return text
    .replaceAll(dataDir, '.tidings')
    .replace(/(enter#)\S+/g, '$1…')
    .replace(/whsec_\S+/g, 'whsec_9fJ2…')
    .replace(/127\.0\.0\.1:\d+\/hook/g, 'localhost:3000/hook')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:4510');
}

async function typed(terminal: RecordedTerminal, command: string): Promise<void> {
  terminal.show('$ ');
  for (const part of command.match(/.{1,6}/g) ?? []) {
    terminal.show(part);
    await sleep(130);
  }
  terminal.show('\n');
}

async function receive(): Promise<{ server: Server; url: string; answers: { status: number } }> {
  const answers = { status: 204 };
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(answers.status).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

async function record(...ids: readonly string[]): Promise<void> {
  const lines = ids.map((transactionId, at) =>
    JSON.stringify({
      transactionId,
      transactionType: transactionId.startsWith('ref') ? 'refund' : 'payment',
      status: 'SUCCEEDED',
      amount: 1_999 + at,
      currency: 'EUR',
      occurredAt: '2026-11-20T08:00:00Z',
    }),
  );
  await tidings(['record', '-', '--merchant', 'shop'], lines.join('\n'));
}

/** A command of an operator. @returns the last line of its answer */
async function tidings(words: readonly string[], input = ''): Promise<Readonly<Record<string, string>>> {
  const ended = await run([...words, '--json', '--data-dir', dataDir], { env: {}, input });
  if (ended.status !== 0) throw new Error(ended.stderr);
  return linesOf(ended).at(-1);
}

async function recordListen(): Promise<void> {
  const { server, url, answers } = await receive();
  const terminal = openTerminal(SIZE, clean);
  await tidings(['merchants', 'create', 'shop', '--name', 'Shop']);
  const { key = '' } = await tidings(['keys', 'create', 'receiver', '--merchant', 'shop']);
  const { api = '' } = await tidings(['whoami']);
  const env = { TIDINGS_CONFIG_DIR: join(dataDir, 'config'), TIDINGS_API: api, TIDINGS_KEY: key };
  const listen = `node bin/tidings.ts listen --forward-to ${url}`;
  const shown = 'tidings listen --forward-to http://localhost:3000/hook';
  await typed(terminal, shown);
  const first = terminal.run(listen, env);
  await until(terminal, /UTC/);
  await sleep(500);
  await record('pay_1001', 'pay_1002', 'refund_77');
  await until(terminal, /✓.*refund_77/);
  answers.status = 500;
  await record('pay_1003');
  await until(terminal, /✗.*pay_1003[\s\S]*✗.*pay_1003/);
  answers.status = 204;
  await until(terminal, /✓.*pay_1003/);
  first.type(CTRL_C);
  await first.ended;
  terminal.show('\n# Stopped. Meanwhile three more transactions end.\n\n');
  await record('pay_1004', 'pay_1005', 'refund_78');
  await sleep(1_500);
  await typed(terminal, shown);
  const second = terminal.run(listen, env);
  await until(terminal, /✓.*refund_78/);
  await sleep(2_000);
  save('listen.svg', terminal, 'tidings listen: stopped, and nothing is missed');
  second.type(CTRL_C);
  await second.ended;
  server.close();
}

const terminal = openTerminal(SIZE, clean);
await typed(terminal, 'npm start');
const service = terminal.run(`node bin/local.ts --port 0 --receiver-port 0 --data-dir ${dataDir}`, {});
try {
  await until(terminal, /Next: npm run try/);
  await sleep(500);
  save('demo.svg', terminal, 'npm start: the demo');
  await recordListen();
} finally {
  service.type(CTRL_C);
  await service.ended;
  rmSync(dataDir, { recursive: true, force: true });
}
