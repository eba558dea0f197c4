import { describe, expect, it } from 'vitest';
import { CommandFailure, EXIT } from '../../../lib/cli/command-line/exit-status.ts';
import { whyNoCallback } from '../../../lib/cli/transactions/no-callback.ts';
import type { JsonObject } from '../../../lib/protocol/json/json-values.ts';

const ended = { transactionType: 'payment', status: 'SUCCEEDED', listedAt: '2026-11-20T08:00:01.000Z' };
const REPLAY = 'tidings replay --include unexpected --from 2026-11-20T08:00:01.000Z --merchant fast';

function serviceWith(endpoints: readonly JsonObject[] | 'refused') {
  return {
    merchantId: async () => 'fast',
    merchantOption: () => ' --merchant fast',
    async *pages() {
      if (endpoints === 'refused') throw new CommandFailure(EXIT.refused, 'insufficient_scope', 'No.');
      yield endpoints;
    },
  };
}

describe('a transaction without a callback', () => {
  it('that is PENDING gets one once it has ended', async () => {
    const why = await whyNoCallback({ ...ended, status: 'PENDING' }, serviceWith('refused'));
    expect(why).toContain('Callbacks are sent once it has ended');
  });

  it('names the disabled endpoint that wanted it, why it is, and what sends it now', async () => {
    const endpoints = [
      { endpointId: 'ep_1', enabled: true, types: ['refund.*'] },
      { endpointId: 'ep_2', enabled: false, types: ['*'], disabledReason: 'gone' },
    ];
    const why = await whyNoCallback(ended, serviceWith(endpoints));
    expect(why).toContain('endpoint ep_2 (gone) is disabled');
    expect(why).toContain('tidings endpoints enable ep_2 --merchant fast');
    expect(why).toContain(REPLAY);
  });

  it('of a merchant without an endpoint says how to make one', async () => {
    expect(await whyNoCallback(ended, serviceWith([]))).toContain(
      'merchant fast has no endpoint. Make one: tidings endpoints create URL --merchant fast',
    );
  });

  it.each([
    ['nobody asked for', [{ endpointId: 'ep_1', enabled: false, types: ['refund.*'] }]],
    ['whose endpoints the key may not see', 'refused' as const],
  ])('%s says so, and what sends it to those that want it now', async (_, endpoints) => {
    const why = await whyNoCallback(ended, serviceWith(endpoints));
    expect(why).toContain('no endpoint wanted payment.succeeded');
    expect(why).toContain(REPLAY);
  });
});
