import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { runReconcile } from '../lib/cli/reconcile/command.ts';
import { openDay, spread } from './day-of-outcomes.ts';

const HELP = `Usage: npm run bench:ledger -- [options]

Reconciles the ledger of a day with three missing rows, in the way of npm run reconcile. Each size runs in its own process
with 64 MB of heap; the service runs in another one. Memory must not grow with the ledger.

  --rows LIST   numbers of rows, separated by commas (100000,1000000)
  --width N     characters of one additional column (0); 1,000,000 rows with 1900 are 2 GB
  --help        show this text
`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000,1000000' },
    width: { type: 'string', default: '0' },
    serve: { type: 'string' },
    run: { type: 'string' },
    file: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
const LOST = 3;
/** Bounds the JavaScript heap. Without a bound, garbage would stay uncollected and be measured. */
const HEAP = ['--max-old-space-size=64', '--max-semi-space-size=4'];
const ORIGIN = 'https://tidings.example';
const COLUMNS = [
  'transactionId',
  'version',
  'status',
  'amount',
  'currency',
  'reference',
  'listedAt',
] as const;
/** Characters per write to the file. */
const CHUNK = 1_000_000;

interface Served {
  readonly url: string;
  readonly key: string;
  readonly merchantSecret: string;
  readonly nowMs: number;
}

interface Measured {
  readonly report: string;
  readonly found: number;
  readonly seconds: number;
  readonly peakMb: number;
}

/** Serves a day over HTTP, and writes a receiver's rows of it to a file. */
async function serve(rows: number, file: string): Promise<Served> {
  const day = await openDay(rows);
  const lost = spread(LOST, rows);
  const out = createWriteStream(file);
  const note = 'n'.repeat(Number(values.width));
  let text = `${COLUMNS.join()},note\r\n`;
  for (let index = 0; index < rows; index += 1) {
    if (lost.has(index)) continue;
    const outcome = day.outcome(index);
    text += `${COLUMNS.map((column) => outcome[column]).join()},${note}\r\n`;
    if (text.length < CHUNK) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'close');
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { authorization = '' } = request.headers;
    const headers = { authorization, 'content-type': 'application/json' };
    const init = { method: request.method ?? 'GET', headers, ...(body.length > 0 && { body }) };
    const answer = await day.service.fetch(`${ORIGIN}${request.url}`, init as RequestInit);
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { key, merchantSecret, nowMs } = day.service;
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key, merchantSecret, nowMs };
}

async function run(file: string, { url, key, merchantSecret, nowMs }: Served): Promise<Measured> {
  const lines: string[] = [];
  const began = performance.now();
  await runReconcile(
    { ledger: file, from: '2026-11-20', to: '2026-11-21', types: undefined, json: true },
    {
      connection: { api: url, key, secret: merchantSecret },
      write: (line) => void lines.push(line),
      screen: process.stderr,
      service: { now: () => nowMs },
    },
  );
  const seconds = (performance.now() - began) / 1_000;
  const report = lines.at(-1) ?? '';
  return { report, found: lines.length - 1, seconds, peakMb: process.resourceUsage().maxRSS / 1_024 };
}

async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The child process ended without a message.');
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return message;
}

async function main(sizes: readonly number[]): Promise<void> {
  for (const rows of sizes) {
    const directory = mkdtempSync(join(tmpdir(), 'tidings-bench-'));
    const file = join(directory, 'ledger.csv');
    const server = fork(import.meta.filename, [
      '--serve',
      String(rows),
      '--file',
      file,
      '--width',
      values.width,
    ]);
    try {
      const served = await nextMessage<Served>(server);
      const child = fork(import.meta.filename, ['--run', JSON.stringify(served), '--file', file], {
        execArgv: HEAP,
      });
      const { report, found, seconds, peakMb } = await nextMessage<Measured>(child);
      const { requests, bytes, differences } = JSON.parse(report);
      process.stdout.write(
        `rows ${rows.toLocaleString('en')} · ${(statSync(file).size / 1e6).toFixed(0)} MB · ${found} of ${LOST} found ` +
          `(${differences} differences) · ${requests} requests, ${Math.ceil(bytes / 1_000)} kB · ${seconds.toFixed(1)} s · ` +
          `peak memory ${peakMb.toFixed(0)} MB\n`,
      );
    } finally {
      server.kill();
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

if (values.help) process.stdout.write(HELP);
else if (values.serve !== undefined) {
  process.send?.(await serve(Number(values.serve), values.file));
} else if (values.run !== undefined) {
  process.send?.(await run(values.file, JSON.parse(values.run)), () => process.exit(0));
} else {
  await main(values.rows.split(',').map(Number));
}
