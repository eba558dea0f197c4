import { describe, expect, it } from 'vitest';
import { merchantIdSchema, transactionIdSchema } from '../../lib/core/model.ts';
import { merchantId, transactionId } from '../../lib/initiator/index.ts';
import {
  ACCESS_KEY,
  ENDPOINT_ID,
  KEY_ID,
  MERCHANT_ID,
  matches,
  NOTIFICATION_ID,
  REFERENCE,
  TRANSACTION_ID,
} from '../../lib/protocol/id-forms.ts';

const LONGEST = 'a'.repeat(64);

describe('the form of an id', () => {
  it.each([
    [MERCHANT_ID, ['demo', 'A-z_0', LONGEST], ['', 'a:b', 'a#b', 'a b', 'ä', 'demo\n', `${LONGEST}a`]],
    [TRANSACTION_ID, ['pay_1', 'a:b', LONGEST], ['', 'a#b', 'a/b', 'a.b', 'pay_1\n', `${LONGEST}a`]],
    [ENDPOINT_ID, ['ep_4fzQ0Yw2', 'notify-url'], ['', 'a:b', 'ep_1\n']],
    [KEY_ID, ['abc123'], ['', 'a_b', 'a-b', 'abc\n']],
    [
      ACCESS_KEY,
      ['tk_a_b'],
      ['', 'tk_a', 'tk_a_', 'tk_a.b_c', 'sk_a_b', 'tk_a_b\n', `tk_a_${'b'.repeat(257)}`],
    ],
    [
      NOTIFICATION_ID,
      ['pay_1.1.ep_4fzQ0Yw2', 'a:b.2.notify-url', `${LONGEST}.1.${LONGEST}`],
      [
        '',
        'pay_1',
        'pay_1.1',
        'pay_1.3.ep_1',
        'pay_1.1.a:b',
        'pay_1x1xep_1',
        `${LONGEST}a.1.ep_1`,
        'pay_1.1.ep_1\n',
      ],
    ],
    [REFERENCE, ['ORDER 1', '#~', '!', LONGEST], ['', ' a', 'a ', 'a\tb', 'ä', 'a\n', `${LONGEST}a`]],
  ])('%s takes %j and refuses %j', (form, taken, refused) => {
    expect(taken.filter((text) => !matches(form, text))).toEqual([]);
    expect(refused.filter((text) => matches(form, text))).toEqual([]);
  });

  it.each([undefined, null, 1, ['demo'], { length: 4 }])('accepts only text, and not %j', (value) => {
    expect(matches(MERCHANT_ID, value)).toBe(false);
  });

  it('is demanded by the API and by the initiator kit', () => {
    expect(merchantIdSchema().safeParse('a:b').success).toBe(false);
    expect(transactionIdSchema().safeParse('a:b').success).toBe(true);
    expect(() => merchantId('a:b')).toThrow(
      expect.objectContaining({ code: 'invalid_id', retryable: false }),
    );
    expect(transactionId('a:b')).toBe('a:b');
    expect(() => transactionId('pay_1\n')).toThrow(expect.objectContaining({ code: 'invalid_id' }));
  });
});
