import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createHash as inBrowser } from '../../../lib/console/client/reconciling/browser-crypto.ts';

it.each(['', 'pay_1\n1\nSUCCEEDED\n1999\nCNY', '余额不足', '\ud83d\ude42', 'x'.repeat(1_000)])(
  'hashes %j in the browser as the service does',
  (text) => {
    const of = (make: typeof inBrowser) => make('sha256').update(text, 'utf8').digest('hex');
    expect(of(inBrowser)).toBe(of(createHash as unknown as typeof inBrowser));
  },
);
