import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { runHere as run } from '../../support/running/run-here.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { type Ended, linesOf, run as runProcess } from './program.ts';

/** Most commands run here; one of each kind as a process: with input, refused, and without an answer. */
describe('the command line against a running service', () => {
  const dataDir = temporaryDirectory();
  let service: ServiceCloud;
  let admin: Readonly<Record<string, string>>;
  let initiator: Readonly<Record<string, string>>;
  let receiver: Readonly<Record<string, string>>;

  beforeAll(async () => {
    service = await startServiceCloud({
      dataDir: join(dataDir, 'service'),
      jobs: [],
      environment: {
        TIDINGS_ALLOW_LOOPBACK: 'true',
        TIDINGS_ONE_CLOCK: 'true',
        TIDINGS_FEED_LAG_SECONDS: '3',
      },
    });
    const TIDINGS_API = service.cloud.apiUrl;
    const own = { TIDINGS_API, TIDINGS_CONFIG_DIR: join(dataDir, 'config') };
    admin = { ...own, TIDINGS_KEY: service.adminKey };
    const { key } = await service.create('POST /v1/keys', { scope: 'initiator' });
    initiator = { ...own, TIDINGS_KEY: key };
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

  it('makes a merchant, an endpoint and a key, and shows each secret once', async () => {
    const [merchant] = await json(['merchants', 'create', 'shop-7', '--name', 'Seven']);
    expect(merchant).toMatchObject({ merchantId: 'shop-7', secret: expect.stringMatching(/^whsec_/) });
    const [again] = await json(['merchants', 'create', 'shop-7', '--name', 'Seven']);
    expect(again.secret).toBeUndefined();
    const url = 'http://127.0.0.1:9/hook';
    const [endpoint] = await json(['endpoints', 'create', url, '--id', 'pay', '--merchant', 'shop-7']);
    expect(endpoint).toMatchObject({ endpointId: 'pay', url, secret: expect.stringMatching(/^whsec_/) });
    const [key] = await json(['keys', 'create', 'receiver', '--merchant', 'shop-7']);
    receiver = { ...admin, TIDINGS_KEY: key.key, TIDINGS_SECRET: merchant.secret };
    const [whoami] = await json(['whoami'], receiver);
    expect(whoami).toMatchObject({ scope: 'receiver', merchantId: 'shop-7' });
    const { stdout } = await run(['merchants', 'list'], { env: admin });
    expect(stdout).toMatch(/^merchant +name +time zone +created\nshop-7 +Seven +UTC/);
  });

  it('records one outcome, or many lines, and says which were refused', async () => {
    const at = '2026-11-20T08:00:00Z';
    const one = ['record', 'pay_1', '--merchant', 'shop-7', '--status', 'SUCCEEDED', '--amount', '1999'];
    const [made] = await json([...one, '--currency', 'EUR', '--occurred', at], initiator);
    expect(made).toMatchObject({ transactionId: 'pay_1', amount: 1_999 });
    const line = {
      status: 'SUCCEEDED',
      amount: 5,
      currency: 'EUR',
      transactionType: 'payment',
      occurredAt: at,
    };
    const lines = [
      { transactionId: 'pay_2', ...line, reference: 'ORDER-2' },
      { transactionId: 'pay_3', ...line, currency: 'XXQ' },
    ];
    const input = `\ufeff${lines.map((each) => JSON.stringify(each)).join('\r\n\r\n')}\r\n`;
    const many = await runProcess(['record', '-', '--merchant', 'shop-7', '--json'], {
      env: initiator,
      input,
    });
    expect(many.status).toBe(1);
    expect(linesOf(many)).toMatchObject([{ result: 'created' }, { code: 'unknown_currency' }]);
    const refused = `${JSON.stringify({ transactionId: 'pay_3', ...line, currency: 'XXQ' })}\n`;
    for (const [input, said] of [
      ['{', 'Line 1 is no JSON object. Nothing was recorded.'],
      [`${refused.repeat(99)}{`, 'Line 100 is no JSON object. Nothing was recorded.'],
      [`${refused.repeat(100)}{`, 'Line 101 is no JSON object. The first 100 outcomes have their results.'],
    ] as const) {
      const broken = await run(['record', '-', '--merchant', 'shop-7'], { env: initiator, input });
      expect(broken).toMatchObject({ status: 2, stderr: expect.stringContaining(said) });
    }
  });

  it('finds transactions by id and by order number, verified where a receiver asks', async () => {
    const [found] = await json(['get', 'pay_1', '--merchant', 'shop-7']);
    expect(found).toMatchObject({ transactionId: 'pay_1', notifications: expect.any(Array) });
    const [asked] = await json(['ask', 'pay_1'], receiver);
    expect(asked).toMatchObject({ verified: true, status: 'SUCCEEDED' });
    const forged = await run(['ask', 'pay_1', '--json'], {
      env: { ...receiver, TIDINGS_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` },
    });
    expect(forged.status).toBe(1);
    expect(errorOf(forged).code).toBe('signature_mismatch');
    const one = await run(['get', '--reference', 'ORDER-2', '--merchant', 'shop-7'], { env: admin });
    expect(one.stdout).toMatch(/^transactionId +pay_2$/m);
    expect(one.stdout).toMatch(/^endpoint +state +attempts +last answer/m);
    const nothing = await run(['get', '--reference', 'ORDER-404', '--merchant', 'shop-7'], { env: admin });
    expect(nothing).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('ORDER-404') });
  });

  it('changes an endpoint, and asks before it disables one', async () => {
    const of = ['--merchant', 'shop-7'];
    const [changed] = await json(['endpoints', 'change', 'pay', '--timeout', '5000', ...of]);
    expect(changed.timeoutMs).toBe(5_000);
    const unsure = await run(['endpoints', 'disable', 'pay', ...of], { env: admin });
    expect(unsure).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') });
    const [disabled] = await json(['endpoints', 'disable', 'pay', '--yes', ...of]);
    expect(disabled.enabled).toBe(false);
    expect(await json(['endpoints', 'list', ...of])).toMatchObject([{ endpointId: 'pay', enabled: false }]);
  });

  it.each(['wechat', 'alipay'])('compares a bill of %s with what was recorded', async (format) => {
    // Of its own: a bill must not lack what others recorded in its range.
    const { secret } = await service.create('POST /v1/merchants', { merchantId: format, name: format });
    const { key } = await service.create(`POST /v1/merchants/${format}/keys`, { scope: 'receiver' });
    const env = { ...admin, TIDINGS_KEY: key, TIDINGS_SECRET: secret };
    const [paid, other] = [`${format}-1`, `${format}-2`];
    const content = {
      transactionType: 'payment',
      status: 'SUCCEEDED',
      currency: 'CNY',
      occurredAt: new Date().toISOString(),
    };
    const lines = [paid, other].map((transactionId) =>
      JSON.stringify({ transactionId, ...content, amount: 1_990 }),
    );
    const of = ['--merchant', format];
    expect((await run(['record', '-', ...of], { env: initiator, input: lines.join('\n') })).status).toBe(0);
    const ledger = join(dataDir, `${format}.csv`);
    const compare = async (amount: string) => {
      writeFileSync(
        ledger,
        billOf(format, [
          [paid, '19.90'],
          [other, amount],
        ]),
      );
      return run(['reconcile', '--ledger', ledger, '--format', format, '--json'], { env });
    };
    await eventually(
      () => compare('19.90'),
      ({ status, stderr }) => expect([status, stderr]).toEqual([0, '']),
    );
    const differs = await compare('19.91');
    expect([differs.status, differs.stdout]).toEqual([1, expect.stringContaining(other)]);
  });

  it('ends with 4 if the service refuses, with 3 if nothing answers, and says what to do', async () => {
    const wrong = { ...admin, TIDINGS_KEY: 'tk_wrong_secretsecretsecretsecret' };
    const refused = await runProcess(['merchants', 'list', '--json'], { env: wrong });
    expect(refused.status).toBe(4);
    expect(errorOf(refused)).toMatchObject({
      code: 'invalid_key',
      hint: expect.stringContaining('TIDINGS_KEY'),
    });
    const scope = await run(['merchants', 'list', '--json'], { env: receiver });
    expect(scope.status).toBe(4);
    expect(errorOf(scope).code).toBe('insufficient_scope');
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const silent = { ...admin, TIDINGS_API: `http://127.0.0.1:${port}` };
    const unreachable = await runProcess(['merchants', 'list', '--json'], { env: silent });
    expect(unreachable.status).toBe(3);
    expect(errorOf(unreachable).message).toContain('ECONNREFUSED');
  });

  it('does not take another program’s page for an answer', async () => {
    const other = createServer((_, response) => response.end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const page = await run(['whoami'], { env: { ...admin, TIDINGS_API: `http://127.0.0.1:${port}` } });
    other.close();
    expect(page).toMatchObject({ status: 3, stdout: '' });
  });

  it('keeps a profile that works later without any setting', async () => {
    const { TIDINGS_CONFIG_DIR = '' } = admin;
    const words = ['init', '--profile', 'live', '--merchant', 'shop-7', '--no-keyring', '--json'];
    expect((await run(words, { env: admin })).status).toBe(0);
    const [later] = await json(['whoami'], { TIDINGS_CONFIG_DIR });
    expect(later).toMatchObject({ scope: 'admin', from: 'profile live' });
    expect(await json(['endpoints', 'list'], { TIDINGS_CONFIG_DIR })).toHaveLength(1);
    const elsewhere = await run(['whoami', '--api', 'https://evil.example'], { env: { TIDINGS_CONFIG_DIR } });
    expect(elsewhere).toMatchObject({ status: 2, stderr: expect.stringContaining('is not sent to') });
  });
});

/** A bill of today, with Windows line ends and totals, as its provider gives it. @param rows order number and yuan */
function billOf(format: string, rows: readonly (readonly [string, string])[]): string {
  const at = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  const lines =
    format === 'wechat'
      ? [
          '\ufeff交易时间,微信订单号,商户订单号,交易状态,货币种类,微信退款单号,商户退款单号,退款金额,退款状态,订单金额',
          ...rows.map(([own, yuan]) =>
            [at, '420', own, 'SUCCESS', 'CNY', '0', '0', '0.00', '', yuan].map((cell) => `\`${cell}`).join(),
          ),
          '总交易单数,订单总金额',
          `\`${rows.length},\`39.80`,
        ]
      : [
          '#支付宝业务明细查询',
          '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,退款批次号/请求号,备注',
          ...rows.map(([own, yuan]) => `2026\t,${own}\t,交易\t,tea\t,${at}\t,${at}\t,${yuan},\t,\t`),
          '#-----------业务明细列表结束-----------',
          `#交易合计：${rows.length}笔，商家实收共39.80元`,
        ];
  return `${lines.join('\r\n')}\r\n`;
}
