import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createApi, expectStatus } from '../../lib/local/api-client.ts';
import { startLocalCloud } from '../../lib/local/cloud.ts';

export interface ServiceRun {
  readonly assemblyDir: string;
  readonly dataDir: string;
  readonly isUnjudged: boolean;
  readonly outcomes: number;
}

const ENVIRONMENT = { TIDINGS_ALLOW_LOOPBACK: 'true', TIDINGS_ONE_CLOCK: 'true' };
const CONCURRENCY = 4;
const TICKS_PER_SECOND = 100;

/** Records outcomes one by one and waits for their callbacks. @returns milliseconds of CPU for each, emulator included */
export async function measureService(run: ServiceRun): Promise<number> {
  const cloud = await startLocalCloud({ ...run, port: 0, environment: ENVIRONMENT });
  const heard = new Set<string>();
  const receiver = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      heard.add(String(request.headers['webhook-id']));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const api = createApi(cloud.apiUrl);
    const adminKey = `tk_root_${cloud.secretValue('TidingsRootKey')}`;
    const make = async (request: string, body: object) =>
      expectStatus(await api(adminKey, request, body), 201).json;
    await make('POST /v1/merchants', { merchantId: 'bench', name: 'Bench' });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    await make('POST /v1/merchants/bench/endpoints', { url });
    const { key } = await make('POST /v1/keys', { scope: 'initiator' });
    const record = async (from: number, count: number) => {
      const ids = Array.from({ length: count }, (_, index) => from + index);
      const worker = async () => {
        for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
          const path = `PUT /v1/merchants/bench/transactions/pay_${id}`;
          expectStatus(await api(key, path, PAYMENT), 201);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      while (heard.size < from + count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    // Warm: every function has started and compiled.
    await record(0, run.outcomes);
    const before = cpuMs(run.dataDir);
    await record(run.outcomes, run.outcomes);
    return (cpuMs(run.dataDir) - before) / run.outcomes;
  } finally {
    receiver.closeAllConnections();
    receiver.close();
    await cloud.stop();
  }
}

const PAYMENT = {
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T08:00:00Z',
};

/** CPU of this process with all its threads, and of the emulator where the system tells it. */
function cpuMs(dataDir: string): number {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1_000;
  if (process.platform !== 'linux') return own;
  const pid = readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8');
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return own + ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}
