import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { runHere as run } from '../../support/running/run-here.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { type Ended, linesOf } from './program.ts';

describe('operating with the command line', () => {
  const dataDir = temporaryDirectory();
  let service: ServiceCloud;
  let admin: Readonly<Record<string, string>>;
  let merchant: Readonly<Record<string, string>>;
  const from = new Date(Date.now() - 60_000).toISOString();

  beforeAll(async () => {
    service = await startServiceCloud({
      dataDir: join(dataDir, 'service'),
      // The sweep takes the steps of redelivery jobs.
      jobs: ['Sweep'],
      environment: {
        TIDINGS_ALLOW_LOOPBACK: 'true',
        TIDINGS_ONE_CLOCK: 'true',
        TIDINGS_FEED_LAG_SECONDS: '3',
      },
    });
    const own = { TIDINGS_API: service.cloud.apiUrl, TIDINGS_CONFIG_DIR: join(dataDir, 'config') };
    admin = { ...own, TIDINGS_KEY: service.adminKey };
    await service.create('POST /v1/merchants', { merchantId: 'shop', name: 'Shop' });
    const { key } = await service.create('POST /v1/merchants/shop/keys', { scope: 'merchant' });
    merchant = { ...own, TIDINGS_KEY: key };
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(dataDir);
  });

  const json = async (words: readonly string[], env = admin) => {
    const ended = await run([...words, '--json'], { env });
    expect({ words, status: ended.status, stderr: ended.stderr }).toEqual({ words, status: 0, stderr: '' });
    return linesOf(ended);
  };
  const errorOf = ({ stderr }: Ended) => JSON.parse(stderr).error;

  it('shows a page of 80 columns and 24 rows, and status 0 while nothing needs attention', async () => {
    const page = await run(['status'], { env: admin });
    expect(page).toMatchObject({ status: 0, stderr: '' });
    expect(page.stdout).toMatch(/^service +http[\s\S]*about +all merchants[\s\S]*Nothing needs attention/);
    const lines = page.stdout.split('\n');
    expect(lines.length).toBeLessThan(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const [own] = await json(['status'], merchant);
    expect(own).toMatchObject({ scope: 'merchant', merchantId: 'shop', needs: 0, attention: { lost: 0 } });
  });

  it('puts dead letters back, leaves what nobody can read, and ends with 1 then', async () => {
    expect(await json(['dead-letters', 'list'])).toEqual([]);
    expect(await json(['dead-letters', 'put-back', '--yes'])).toMatchObject([
      { redriven: 0 },
      { redriven: 0 },
    ]);
    const client = new SQSClient({
      endpoint: service.cloud.endpoints.sqs,
      region: 'us-east-1',
      credentials: service.cloud.credentials,
    });
    const { DeadLetterUrl } = service.cloud.outputs as { readonly DeadLetterUrl: string };
    await client.send(new SendMessageCommand({ QueueUrl: DeadLetterUrl, MessageBody: 'no message' }));
    client.destroy();
    const shown = await run(['dead-letters', 'list'], { env: admin });
    expect(shown.stdout).toMatch(/^queue +sent[\s\S]*\nlanes .* no +no message/);
    const put = await eventually(
      () => run(['dead-letters', 'put-back', '--queue', 'lanes', '--yes', '--json'], { env: admin }),
      ({ status }) => expect(status).toBe(1),
    );
    expect(linesOf(put)).toMatchObject([{ queue: 'lanes', redriven: 0, left: 1 }]);
    const page = await run(['status'], { env: admin });
    expect(page).toMatchObject({ status: 1, stdout: expect.stringMatching(/✗ dead letters +1 +in lanes/) });
  });

  it('asks before it puts anything back, and wants ids or --all', async () => {
    expect(await json(['parked', 'list'])).toEqual([]);
    expect(await run(['parked', 'put-back'], { env: admin })).toMatchObject({ status: 2 });
    const unsure = await run(['parked', 'put-back', '--all'], { env: admin });
    expect(unsure).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') });
    const all = await run(['parked', 'put-back', '--all', '--yes'], { env: admin });
    expect(all).toMatchObject({ status: 0, stdout: '0 put back · 0 left\n' });
    const unknown = await run(['parked', 'put-back', 'rec_1', '--json'], { env: admin });
    expect(unknown.status).toBe(4);
    expect(errorOf(unknown).code).toBe('unknown_record');
    const foreign = await run(['parked', 'list', '--json'], { env: merchant });
    expect(foreign.status).toBe(4);
  });

  it('sends a time again, asks before it sends all, and follows the job to its end', async () => {
    const { key } = await service.create('POST /v1/keys', { scope: 'initiator' });
    const outcome = ['record', 'pay_1', '--merchant', 'shop', '--status', 'SUCCEEDED', '--amount', '5'];
    const words = [...outcome, '--currency', 'EUR', '--occurred', '2026-11-20T08:00:00Z'];
    expect((await run(words, { env: { ...admin, TIDINGS_KEY: key } })).status).toBe(0);
    const of = ['--merchant', 'shop'];
    const [job] = await json(['replay', '--from', from, ...of]);
    expect(job).toMatchObject({ state: 'done', include: 'undelivered', found: 0 });
    const all = ['replay', '--from', from, '--include', 'all', ...of];
    const unsure = await run(all, { env: admin });
    expect(unsure).toMatchObject({ status: 2, stderr: expect.stringMatching(/\d outcomes are sent again/) });
    const [started] = await json([...all, '--yes', '--detach']);
    expect(started).toMatchObject({ include: 'all' });
    const [ended] = await json(['jobs', 'get', started.jobId, '--wait', ...of]);
    expect(ended).toMatchObject({ jobId: started.jobId, state: 'done' });
    const [cancelled] = await json(['jobs', 'cancel', started.jobId, '--yes', ...of]);
    expect(cancelled.state).toBe('done');
    expect(await json(['jobs', 'list', ...of])).toHaveLength(2);
    const backwards = await run(['replay', '--from', '1h', '--to', '2h', ...of, '--json'], { env: admin });
    expect(backwards.status).toBe(4);
    expect(errorOf(backwards).message).toContain('invalid_range');
  });

  it('shows who changed what, alerts, and makes a link to the console', async () => {
    const entries = await json(['audit-log', '--merchant', 'shop']);
    expect(entries.map(({ action }) => action)).toContain('merchant.created');
    expect(await json(['alerts'], merchant)).toEqual([]);
    const { status, stdout } = await run(['portal', '--merchant', 'shop', '--expires', '5m'], { env: admin });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^https?:\/\/\S+#\S+\n$/)]);
  });
});
