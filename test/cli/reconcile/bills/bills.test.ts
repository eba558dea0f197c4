import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatOf } from '../../../../lib/cli/reconcile/bills/bill-formats.ts';
import { compareBill } from '../../../../lib/cli/reconcile/bills/compare-bill.ts';
import { billOf, readBill, textOf } from '../../../../lib/cli/reconcile/bills/read-bill.ts';

const wechat = formatOf('wechat');
const alipay = formatOf('alipay');

const WECHAT_NAMES =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const WECHAT_TOTALS =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const paid = (theirs: string, own: string, yuan: string, state = 'SUCCESS') =>
  `\`2026-11-20 08:00:01,\`wx1,\`19,\`0,\`,\`${theirs},\`${own},\`open,\`JSAPI,\`${state},\`OTHERS,\`CNY,\`${yuan},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`tea, green,\`,\`0.00000,\`0.60%,\`${yuan},\`0.00,\``.replace(
    'tea, green',
    'tea',
  );
const refunded = (own: string, yuan: string, state: string) =>
  `\`2026-11-20 23:59:59,\`wx1,\`19,\`0,\`,\`420,\`O-1,\`open,\`JSAPI,\`REFUND,\`OTHERS,\`CNY,\`0.00,\`0.00,\`503,\`${own},\`${yuan},\`0.00,\`ORIGINAL,\`${state},\`tea,\`,\`0,\`0.60%,\`0.00,\`${yuan},\``;
const wechatBill = (...rows: readonly string[]) =>
  [`\ufeff${WECHAT_NAMES}`, ...rows, WECHAT_TOTALS, `\`${rows.length},\`0.01,\`0,\`0,\`0,\`0,\`0`, ''].join(
    '\r\n',
  );

const ALIPAY_NAMES =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,退款批次号/请求号,备注';
const alipayBill = (...rows: readonly string[]) =>
  [
    '#支付宝业务明细查询',
    '#账号：[20880000]',
    '#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]',
    '#-----------------------------------------业务明细列表----------------------------------------',
    ALIPAY_NAMES,
    ...rows,
    '#-----------------------------------------业务明细列表结束------------------------------------',
    `#交易合计：${rows.filter((row) => row.includes('交易\t')).length}笔，商家实收共1.00元，商家优惠共0.00元`,
    `#退款合计：${rows.filter((row) => row.includes('退款\t')).length}笔，商家实收退款共-1.00元`,
    '#导出时间：[2026年11月21日 09:00:00]',
    '',
  ].join('\r\n');
const alipayRow = (kind: string, own: string, yuan: string, refund = '') =>
  `2026112022001\t,${own}\t,${kind}\t,tea\t,2026-11-20 08:00:00\t,2026-11-20 08:00:05\t,${yuan},${refund}\t,\t`;

describe('a bill of WeChat Pay', () => {
  it('gives payments and refunds, without marks, in the minor unit and the time of Beijing', () => {
    const text = wechatBill(paid('420', 'O-1', '19.9'), refunded('R-1', '0.05', 'SUCCESS'));
    expect(billOf(text, wechat)).toEqual({
      rows: [
        {
          kind: 'payment',
          own: 'O-1',
          theirs: '420',
          status: 'SUCCEEDED',
          amount: 1_990,
          currency: 'CNY',
          atMs: Date.parse('2026-11-20T00:00:01Z'),
          line: 2,
        },
        {
          kind: 'refund',
          own: 'R-1',
          theirs: '503',
          status: 'SUCCEEDED',
          amount: 5,
          currency: 'CNY',
          atMs: Date.parse('2026-11-20T15:59:59Z'),
          line: 3,
        },
      ],
      unclear: 0,
      others: 0,
    });
  });

  it('counts what cannot be compared, and keeps a refund that failed', () => {
    const text = wechatBill(
      refunded('R-1', '1', 'PROCESSING'),
      paid('421', 'O-2', '1', 'REVOKED'),
      refunded('R-2', '1', 'FAIL'),
    );
    expect(billOf(text, wechat)).toMatchObject({
      unclear: 1,
      others: 1,
      rows: [{ own: 'R-2', status: 'FAILED' }],
    });
  });

  it('is refused if it was cut off, has a row less than its totals say, or another form', () => {
    const whole = wechatBill(paid('420', 'O-1', '1'), paid('421', 'O-2', '1'));
    const lines = whole.split('\r\n');
    expect(() => billOf(lines.slice(0, 3).join('\r\n'), wechat)).toThrow('no totals');
    expect(() => billOf(lines.toSpliced(1, 1).join('\r\n'), wechat)).toThrow('2 rows by its totals, and 1');
    expect(() => billOf('transactionId,amount\r\n', wechat)).toThrow('微信订单号');
    expect(() => billOf(wechatBill(paid('420', 'O-1', '1.234')), wechat)).toThrow('Line 2: "1.234"');
    expect(() => billOf(wechatBill(paid('420', 'O-1', '1').replace('CNY', 'USD')), wechat)).toThrow('USD');
  });
});

describe('a bill of Alipay', () => {
  it('gives payments and refunds between its remarks', () => {
    const text = alipayBill(alipayRow('交易', 'O-1', '0.10'), alipayRow('退款', 'O-1', '-0.10', 'R-1'));
    expect(billOf(text, alipay).rows).toMatchObject([
      { kind: 'payment', own: 'O-1', theirs: '2026112022001', amount: 10, line: 6 },
      { kind: 'refund', own: 'R-1', theirs: '', amount: 10, atMs: Date.parse('2026-11-20T00:00:05Z') },
    ]);
    expect(() => billOf(text.replace('#交易合计：1笔', '#交易合计：2笔'), alipay)).toThrow(
      '3 rows by its totals',
    );
  });

  const directory = mkdtempSync(join(tmpdir(), 'bills-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is read in GBK and in UTF-8', async () => {
    // 业务 in GBK, as `iconv -t gbk` writes it.
    expect(textOf(Uint8Array.of(0xd2, 0xb5, 0xce, 0xf1))).toBe('业务');
    expect(textOf(Buffer.from('业务'))).toBe('业务');
    const file = join(directory, 'bill.csv');
    writeFileSync(file, alipayBill(alipayRow('交易', 'O-1', '0.10')));
    expect((await readBill(file, alipay)).rows).toHaveLength(1);
    await expect(readBill(join(directory, 'nowhere.csv'), alipay)).rejects.toMatchObject({
      code: 'unreadable_ledger',
    });
  });
});

describe('comparing a bill', () => {
  const outcome = (transactionId: string, amount: number, more: object = {}) => ({
    transactionId,
    version: 1,
    status: 'SUCCEEDED',
    amount,
    currency: 'CNY',
    occurredAt: '2026-11-20T00:00:01Z',
    listedAt: '2026-11-20T00:00:02Z',
    ...more,
  });

  async function compared(
    bill: string,
    items: readonly object[],
    later: Readonly<Record<string, object>> = {},
  ) {
    const differences: string[] = [];
    const read = async (path: string, parameters?: Readonly<Record<string, string>>) => {
      const id = path.slice('/v1/transactions/'.length);
      if (id === '')
        return { asOf: '', content: { items: parameters?.reference === undefined ? items : [] } };
      const found = later[id];
      return found === undefined
        ? { kind: 'refused' as const, code: 'unknown_transaction', content: {} }
        : { asOf: '', content: { ...found } };
    };
    const report = await compareBill({ read }, billOf(bill, wechat), {
      onProgress: () => undefined,
      onDifference: (one) => void differences.push(`${one.class} ${one.transactionId} ${one.line ?? '-'}`),
    });
    return { differences, report };
  }

  it('finds nothing where each row has its outcome, by either number or by the reference', async () => {
    const bill = wechatBill(paid('420', 'O-1', '1'), paid('421', 'O-2', '2'), paid('422', 'O-3', '3'));
    const items = [outcome('O-1', 100), outcome('421', 200), outcome('pay_3', 300, { reference: 'O-3' })];
    const { differences, report } = await compared(bill, items);
    expect(differences).toEqual([]);
    expect(report).toMatchObject({
      rows: 3,
      from: '2026-11-19T16:00:00.000Z',
      to: '2026-11-20T16:00:00.000Z',
    });
  });

  it('finds what differs, what is only here, and what is only there', async () => {
    const bill = wechatBill(paid('420', 'O-1', '1'), paid('421', 'O-2', '2'), paid('422', 'O-3', '3'));
    const items = [
      outcome('O-1', 101),
      outcome('O-2', 200, { status: 'FAILED' }),
      outcome('O-4', 400),
      // A bill has no failed payments, and none of another day.
      outcome('O-5', 500, { status: 'FAILED' }),
      outcome('O-6', 600, { occurredAt: '2026-11-20T16:00:00Z' }),
    ];
    const { differences } = await compared(bill, items);
    expect(differences).toEqual(['amount O-1 2', 'status O-2 3', 'only_here O-4 -', 'only_there O-3 4']);
  });

  it('takes the later version, and asks for what was recorded days later', async () => {
    const bill = wechatBill(paid('420', 'O-1', '1'), paid('421', 'O-2', '2'));
    const items = [outcome('O-1', 100, { status: 'FAILED' }), outcome('O-1', 100, { version: 2 })];
    expect((await compared(bill, items, { 'O-2': outcome('O-2', 200) })).differences).toEqual([]);
    expect((await compared(bill, items, { '421': outcome('421', 7) })).differences).toEqual(['amount 421 3']);
  });

  it('ends if the list is refused: a refused list is no empty one', async () => {
    const read = async () => ({ kind: 'refused' as const, code: 'invalid_cursor', content: {} });
    const watching = { onProgress: () => undefined, onDifference: () => undefined };
    const bill = billOf(wechatBill(paid('420', 'O-1', '1')), wechat);
    await expect(compareBill({ read }, bill, watching)).rejects.toMatchObject({ code: 'wrong_answer' });
  });

  it('asks for no order number that can be no reference', async () => {
    const asked: (string | undefined)[] = [];
    const read = async (_: string, parameters?: Readonly<Record<string, string>>) => {
      asked.push(parameters?.reference);
      return { asOf: '', content: { items: [] } };
    };
    const watching = { onProgress: () => undefined, onDifference: () => undefined };
    await compareBill({ read }, billOf(wechatBill(paid('', '订单', '1')), wechat), watching);
    expect(asked).toEqual([undefined]);
  });
});
