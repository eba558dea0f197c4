import { describe, expect, it } from 'vitest';
import { expectedEndpoints } from '../../../lib/core/deliver/expected-endpoints.ts';
import type { Endpoint, SettingsSpan } from '../../../lib/core/merchants/merchant-config.ts';
import type { TerminalOutcome } from '../../../lib/core/model.ts';

const outcome = (listedAt: string, transactionType = 'payment') =>
  ({ transactionType, status: 'SUCCEEDED', listedAt }) as TerminalOutcome;

const endpoint = (endpointId: string, history: readonly SettingsSpan[]) =>
  ({ endpointId, history }) as Endpoint;

const T = (second: number) => `2026-11-20T08:00:0${second}.000Z`;

describe('the endpoints expected to hear of an outcome', () => {
  const spans = [
    { from: T(2), enabled: true, types: ['payment.*'] },
    { from: T(4), enabled: false, types: ['payment.*'] },
    { from: T(6), enabled: true, types: ['refund.failed', 'payment.succeeded'] },
  ];
  const config = { endpoints: [endpoint('a', spans)] };

  it.each([
    [T(1), 'payment', []],
    [T(2), 'payment', ['a']],
    [T(3), 'refund', []],
    [T(4), 'payment', []],
    [T(7), 'payment', ['a']],
    [T(7), 'refund', []],
  ])('follow the settings in force at %s for a %s', (listedAt, type, ids) => {
    expect(expectedEndpoints(outcome(listedAt, type), config, undefined)).toEqual(ids);
  });

  it('take a type filter by its word, not by its beginning', () => {
    const all = { endpoints: [endpoint('a', [{ from: T(1), enabled: true, types: ['pay.*'] }])] };
    expect(expectedEndpoints(outcome(T(2)), all, undefined)).toEqual([]);
  });

  it('include the callback URL of the transaction itself', () => {
    expect(expectedEndpoints(outcome(T(3)), config, 'https://a.example')).toEqual(['a', 'notify-url']);
  });
});
