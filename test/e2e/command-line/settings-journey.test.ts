import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { runHere as run } from '../../support/running/run-here.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { linesOf, start } from './program.ts';

/** From a service with settings to an empty one. */
describe('export and import', () => {
  const dataDir = temporaryDirectory();
  const file = (name: string) => join(dataDir, name);
  let staging: ServiceCloud;
  let live: ServiceCloud;

  beforeAll(async () => {
    const serviceIn = (name: string) =>
      startServiceCloud({
        dataDir: file(name),
        jobs: [],
        environment: { TIDINGS_ALLOW_LOOPBACK: 'true', TIDINGS_ONE_CLOCK: 'true' },
      });
    [staging, live] = await Promise.all([serviceIn('staging'), serviceIn('live')]);
  });
  afterAll(async () => {
    await Promise.all([staging.stop(), live.stop()]);
    removeDirectory(dataDir);
  });

  const envOf = ({ cloud, adminKey }: ServiceCloud, key = adminKey) => ({
    TIDINGS_API: cloud.apiUrl,
    TIDINGS_KEY: key,
    TIDINGS_CONFIG_DIR: file('config'),
  });
  const exportOf = async (service: ServiceCloud, ...words: readonly string[]) => {
    const { status, stdout } = await run(['export', ...words], { env: envOf(service) });
    expect(status).toBe(0);
    return stdout;
  };
  const importTo = (service: ServiceCloud, ...words: readonly string[]) =>
    run(['import', file('settings.json'), ...words], { env: envOf(service) });

  it('move all settings, and no secret, to an empty service: its export is the same', async () => {
    const merchants = [
      { merchantId: 'shop-7', name: 'Seven', timeZone: 'Asia/Shanghai', schedule: [1, 2, 3], feedShards: 2 },
      { merchantId: 'shop-8', name: 'Eight 八' },
      { merchantId: 'gone', name: 'Gone' },
    ];
    for (const merchant of merchants) await staging.create('POST /v1/merchants', merchant);
    const endpoint = {
      url: 'http://127.0.0.1:9/hook',
      description: 'Orders',
      types: ['payment.*', 'refund.succeeded'],
      timeoutMs: 5_000,
      schedule: 'alipay',
      expectBody: ['ok', 'success'],
      ratePerSecond: 0.5,
      signature: 'both',
      headers: { Authorization: 'Bearer of-staging' },
    };
    await Promise.all([
      staging.create('PUT /v1/merchants/shop-7/endpoints/pay', endpoint),
      staging.create('POST /v1/merchants/shop-8/endpoints', {
        url: 'http://127.0.0.1:9/made',
        enabled: false,
      }),
      staging.api(staging.adminKey, 'DELETE /v1/merchants/gone?confirm=gone'),
    ]);

    const exported = await run(['export', '--out', file('settings.json')], { env: envOf(staging) });
    expect(exported).toMatchObject({ status: 0, stdout: '' });
    expect(exported.stderr).toMatch(
      /shop-8\/ep_\w+ is disabled \(requested\)[\s\S]*2 merchants, 2 endpoints/,
    );
    const text = readFileSync(file('settings.json'), 'utf8');
    expect(text).not.toMatch(/whsec_|whpk_|tk_|of-staging|"gone"/);

    const dry = await importTo(live, '--dry-run');
    expect(dry).toMatchObject({ status: 1, stderr: '' });
    expect(dry.stdout).toMatch(/^\+ create endpoint shop-7\/pay$/m);
    expect(dry.stdout).toMatch(/its value is not known: authorization/);
    for (const line of dry.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await exportOf(live)).toContain('"merchants": []');

    const without = await importTo(live, '--yes', '--secrets-to', file('secrets'));
    expect(without).toMatchObject({ status: 2, stderr: expect.stringContaining('shop-7/pay authorization') });
    writeFileSync(file('headers.json'), '{"shop-7": {"pay": {"authorization": "Bearer of-live"}}}');
    const values = ['--header-values', file('headers.json')];
    expect(await importTo(live, '--yes', ...values)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('log'),
    });
    const secretsTo = ['--secrets-to', file('secrets')];
    expect(await importTo(live, ...secretsTo, ...values)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--yes'),
    });

    const done = await importTo(live, '--yes', ...secretsTo, ...values);
    expect(done).toMatchObject({ status: 0, stderr: '4 of 4 steps are done.\n' });
    expect(done.stdout).toMatch(/^✓ created endpoint shop-7\/pay$/m);
    expect(done.stdout + done.stderr).not.toMatch(/whsec_/);
    const secrets = readFileSync(file('secrets'), 'utf8');
    expect(secrets.match(/"secret":"whsec_/g)).toHaveLength(4);
    expect(secrets).toMatch(/"endpointId":"pay","secret":"whsec_[^"]+","publicKey":"whpk_/);
    expect(statSync(file('secrets')).mode & 0o777).toBe(0o600);
    expect(await exportOf(live)).toBe(text);
    const [secretOfPay] = linesOf({ status: 0, stderr: '', stdout: secrets }).filter(
      ({ endpointId }) => endpointId === 'pay',
    );
    expect(secretOfPay.merchantId).toBe('shop-7');

    const again = await importTo(live);
    expect(again).toMatchObject({ status: 0, stdout: '= 4 the same\n', stderr: 'Nothing to do.\n' });
  });

  it('show what differs, change it without the rest, and delete nothing', async () => {
    const settings = JSON.parse(await exportOf(live));
    const [seven, eight] = settings.merchants;
    seven.endpoints[0].types = ['payment.*'];
    seven.endpoints[0].expectBody = undefined;
    seven.feedShards = 1;
    const [made] = eight.endpoints.splice(0);
    writeFileSync(file('settings.json'), JSON.stringify(settings));
    const dry = await importTo(live, '--dry-run');
    expect(dry.status).toBe(1);
    expect(dry.stdout.split('\n')).toEqual([
      '~ change endpoint shop-7/pay',
      '    types: payment.*, refund.succeeded → payment.*',
      '    expectBody: ok, success → –',
      '= 2 the same',
      '? 1 only there; nothing is deleted:',
      `    shop-8/${made.endpointId}`,
      '',
    ]);
    const lines = linesOf(await importTo(live, '--dry-run', '--json'));
    expect(lines.map(({ action }) => action)).toEqual(['same', 'change', 'same', 'only_there']);
    const done = await importTo(live, '--yes', '--json');
    expect(linesOf(done)).toEqual([{ event: 'changed', merchantId: 'shop-7', endpointId: 'pay' }]);
    const { endpoints } = JSON.parse(await exportOf(live, '--merchant', 'shop-7')).merchants[0];
    expect(endpoints).toMatchObject([
      { types: ['payment.*'], ratePerSecond: 0.5, headers: ['authorization'] },
    ]);
  });

  it('stop at the first refusal, say what was done, and go on when they are repeated', async () => {
    const settings = JSON.parse(await exportOf(live));
    const [seven] = settings.merchants;
    const { headers: _, ...endpoint } = seven.endpoints[0];
    const merchant = { ...seven, merchantId: 'shop-9', endpoints: [] as object[] };
    const [good, refused] = [
      { ...endpoint, endpointId: 'a' },
      { ...endpoint, endpointId: 'b', url: 'http://10.0.0.1/hook' },
    ];
    merchant.endpoints = [good, refused, { ...endpoint, endpointId: 'c' }];
    writeFileSync(file('settings.json'), JSON.stringify({ ...settings, merchants: [merchant] }));
    const stopped = await importTo(live, '--yes', '--json');
    expect(stopped.status).toBe(4);
    expect(JSON.parse(stopped.stderr).error.message).toMatch(/^shop-9\/b: .*https_required/);
    expect(linesOf(stopped)).toMatchObject([
      { merchantId: 'shop-9', secret: expect.any(String) },
      { endpointId: 'a' },
    ]);
    const people = await importTo(live, '--yes', '--secrets-to', file('more'));
    expect(people.stderr).toMatch(/^0 of 2 steps are done\. Repeat the import/);
    merchant.endpoints = [good, { ...endpoint, endpointId: 'c' }];
    writeFileSync(file('settings.json'), JSON.stringify({ ...settings, merchants: [merchant] }));
    expect(linesOf(await importTo(live, '--yes', '--json'))).toMatchObject([
      { event: 'created', endpointId: 'c' },
    ]);
  });

  it('say it if a merchant was erased there, or a secret cannot be kept', async () => {
    const settings = JSON.parse(await exportOf(live));
    const [merchant] = settings.merchants;
    const importOf = async (merchantId: string, ...words: readonly string[]) => {
      const merchants = [{ ...merchant, merchantId, endpoints: [] }];
      writeFileSync(file('settings.json'), JSON.stringify({ ...settings, merchants }));
      return importTo(live, '--yes', ...words);
    };
    await live.create('POST /v1/merchants', { merchantId: 'erased', name: 'Erased' });
    const erased = await run(['merchants', 'erase', 'erased', '--yes'], { env: envOf(live) });
    expect(erased).toMatchObject({ status: 0, stderr: expect.stringContaining('merchants erasure erased') });
    const refused = await importOf('erased', '--json');
    expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining('was erased') });
    const full = await importOf('shop-10', '--secrets-to', '/dev/full');
    expect(full).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/ENOSPC[\s\S]*tidings merchants rotate/),
    });
    const rotate = ['merchants', 'rotate', '--merchant', 'shop-10', '--overlap', '0', '--yes', '--json'];
    expect(linesOf(await run(rotate, { env: envOf(live) }))).toEqual([
      { secret: expect.stringMatching(/^whsec_/) },
    ]);
  });

  it("show and change only what the key may: a merchant's key moves its own endpoints", async () => {
    const { key } = await staging.create('POST /v1/merchants/shop-7/keys', { scope: 'merchant' });
    const env = envOf(staging, key);
    const own = await run(['export'], { env });
    expect(
      JSON.parse(own.stdout).merchants.map(({ merchantId }: { merchantId: string }) => merchantId),
    ).toEqual(['shop-7']);
    writeFileSync(file('settings.json'), await exportOf(staging));
    const foreign = await run(['import', file('settings.json'), '--dry-run'], { env });
    expect(foreign).toMatchObject({ status: 2, stderr: expect.stringContaining('--merchant shop-7') });
    const one = await run(['import', file('settings.json'), '--dry-run', '--merchant', 'shop-7'], { env });
    expect(one).toMatchObject({ status: 0, stdout: '= 2 the same\n' });
    const unknown = await run(['export', '--merchant', 'nobody'], { env: envOf(staging) });
    expect(unknown).toMatchObject({ status: 4, stdout: '' });
  });

  it('end a step that Ctrl-C meets, so that its secret is kept', async () => {
    const settings = JSON.parse(await exportOf(staging, '--merchant', 'shop-8'));
    const [merchant] = settings.merchants;
    const endpoints = Array.from({ length: 3 }, (_, at) => ({
      ...merchant.endpoints[0],
      endpointId: `e${at}`,
    }));
    writeFileSync(
      file('settings.json'),
      JSON.stringify({ ...settings, merchants: [{ ...merchant, endpoints }] }),
    );
    const child = start(['import', file('settings.json'), '--yes', '--json'], { env: envOf(live) });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (shown === '') child.kill('SIGINT');
      shown += chunk.toString();
    });
    const [status] = await once(child, 'close');
    const made = linesOf({ status, stdout: shown, stderr: '' });
    expect(status).toBe(130);
    for (const { secret } of made) expect(secret).toMatch(/^whsec_/);
    const { merchants } = JSON.parse(await exportOf(live, '--merchant', 'shop-8'));
    const ids = merchants[0].endpoints.map(({ endpointId }: { endpointId: string }) => endpointId);
    expect(ids.filter((id: string) => /^e\d$/.test(id))).toEqual(made.map(({ endpointId }) => endpointId));
  });
});
