import { describe, expect, it } from 'vitest';
import { outcomeFromItem } from '../../../lib/adapters/dynamodb/items/outcome-items.ts';
import { endpointSchema, profileSchema } from '../../../lib/core/merchants/merchant-config.ts';
import { outcomeItem } from '../../../lib/protocol/table/outcome-layout.ts';
import { endpoint, pending, profile, succeeded } from '../../adapters/support/samples.ts';

/** What was accepted before a rule for requests became stricter. */
const FORMER_TEXTS = ['\u0000', '\ufffd', 'a\nb', ' ', '\u200b'];

describe('text that is stored', () => {
  it.each(FORMER_TEXTS)('is read back as it was stored, even if requests are refused today: %j', (text) => {
    const stored = succeeded({
      metadata: { [text]: [text, 2 ** 53] },
      reason: { code: 'x', message: text },
      notifyUrl: `https://a..b/${text}`,
    });
    const item = outcomeItem(stored, { feedShard: 0, retentionDays: 90 });
    expect(outcomeFromItem(item)).toEqual(stored);
    const kept = endpoint({
      url: `https://*.example/${text}`,
      description: text,
      expectBody: text,
      moreBodies: [text],
    });
    expect(endpointSchema().parse(kept)).toEqual(kept);
    const merchant = profile({ name: text, timeZone: 'CST' });
    expect(profileSchema().parse(merchant)).toEqual(merchant);
  });

  it('is read back though it is longer than requests allow, and may be absent', () => {
    const long = endpoint({ description: 'x'.repeat(1_000) });
    expect(endpointSchema().parse(long)).toEqual(long);
    expect(endpointSchema().parse(endpoint())).not.toHaveProperty('description');
  });

  it('is read back from a PENDING, with the URL that is asked', () => {
    const checkBack = {
      url: `https://a.example/${'支'.repeat(700)}`,
      afterSeconds: 60,
      onUnknown: 'ask' as const,
    };
    const stored = pending({ checkBack });
    const item = outcomeItem(stored, { feedShard: 0, retentionDays: 90 });
    expect(outcomeFromItem(item).checkBack).toEqual(checkBack);
  });
});
