import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';

/**
 * Bills as WeChat Pay and Alipay give them for download. Sources: the providers' descriptions of their files,
 * https://pay.weixin.qq.com/doc/v2/merchant/4011987833 and Alipay's 业务明细 of alipay.data.dataservice.bill.downloadurl.query.
 */

export const BILL_FORMATS = ['wechat', 'alipay'] as const;

/** A payment or refund of a bill. */
export interface BillRow {
  readonly kind: 'payment' | 'refund';
  /** The merchant's number of the order or of the refund. */
  readonly own: string;
  /** The provider's number. Empty if the bill has none. */
  readonly theirs: string;
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** In the minor unit. */
  readonly amount: number;
  readonly currency: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly line: number;
}

/** Reads the fields of a row by the bill's own names of columns. */
type Fields = (...names: readonly string[]) => string;

export interface BillFormat {
  /** A line that has these columns is the line of names. */
  readonly columns: readonly string[];
  /** The first field of the line that ends the rows. */
  readonly end: RegExp;
  /** How many rows there must be, by a line behind the rows. Undefined if the line is not about that. */
  readonly rowsIn: (fields: readonly string[]) => number | undefined;
  /** @returns `unclear` for a row that is still on its way, `other` for one that is neither payment nor refund */
  readonly rowOf: (fields: Fields, line: number) => BillRow | 'unclear' | 'other';
}

const wechat: BillFormat = {
  columns: ['交易时间', '微信订单号', '商户订单号', '交易状态'],
  end: /^总交易单数/,
  rowsIn: ([first = '']) => (/^\d+$/.test(first) ? Number(first) : undefined),
  rowOf(fields, line) {
    const state = fields('交易状态');
    const shared = {
      currency: currencyOf(fields('货币种类'), line),
      atMs: timeOf(fields('交易时间'), line),
      line,
    };
    if (state === 'SUCCESS') {
      return {
        kind: 'payment',
        own: fields('商户订单号'),
        theirs: fields('微信订单号'),
        status: 'SUCCEEDED',
        // The order's amount, before vouchers; old bills have only the total.
        amount: amountOf(fields('订单金额', '总金额', '应结订单金额'), line),
        ...shared,
      };
    }
    if (state !== 'REFUND') return 'other';
    const refund = fields('退款状态');
    if (refund === 'PROCESSING') return 'unclear';
    return {
      kind: 'refund',
      own: fields('商户退款单号'),
      theirs: fields('微信退款单号'),
      status: refund === 'SUCCESS' || refund === '' ? 'SUCCEEDED' : 'FAILED',
      amount: amountOf(fields('申请退款金额', '退款金额'), line),
      ...shared,
    };
  },
};

const alipay: BillFormat = {
  columns: ['支付宝交易号', '商户订单号', '业务类型'],
  end: /^#.*列表结束/,
  // `#交易合计：2笔，…` and `#退款合计：1笔，…`: the reader adds them up.
  rowsIn: ([first = '']) => {
    const [, count] = /^#+(?:交易|退款)合计[：:](\d+)笔/.exec(first) ?? [];
    return count === undefined ? undefined : Number(count);
  },
  rowOf(fields, line) {
    const kind = fields('业务类型');
    const isRefund = kind === '退款';
    if (!isRefund && kind !== '交易') return 'other';
    return {
      kind: isRefund ? 'refund' : 'payment',
      own: isRefund ? fields('退款批次号/请求号') : fields('商户订单号'),
      theirs: isRefund ? '' : fields('支付宝交易号'),
      status: 'SUCCEEDED',
      amount: Math.abs(amountOf(fields('订单金额（元）', '订单金额(元)', '订单金额'), line)),
      currency: 'CNY',
      atMs: timeOf(fields('完成时间', '创建时间'), line),
      line,
    };
  },
};

export function formatOf(name: string): BillFormat {
  return name === 'wechat' ? wechat : alipay;
}

const AMOUNT = /^(-?)(\d{1,12})(?:\.(\d{1,2})0*)?$/;

/** Yuan as fen, without floating point: 19.9 is 1990. */
function amountOf(text: string, line: number): number {
  const [, sign, yuan, fen = ''] = AMOUNT.exec(text) ?? [];
  if (yuan === undefined) throw wrongField(line, 'amount', text);
  const minor = Number(yuan) * 100 + Number(fen.padEnd(2, '0'));
  return sign === '-' ? -minor : minor;
}

/** Bills have the time of Beijing, which has no summer time. */
function timeOf(text: string, line: number): number {
  const ms = Date.parse(`${text.replace(' ', 'T')}+08:00`);
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && !Number.isNaN(ms)) return ms;
  throw wrongField(line, 'time', text);
}

function currencyOf(text: string, line: number): string {
  if (text === 'CNY' || text === '') return 'CNY';
  throw wrongField(line, 'currency (CNY)', text);
}

function wrongField(line: number, what: string, text: string): ReconcileFailure {
  const shown = JSON.stringify(text.slice(0, 80));
  return new ReconcileFailure(
    'invalid_field',
    `Line ${line}: ${shown} is no ${what} as the provider writes it.`,
  );
}
