import { describe, expect, it } from 'vitest';
import { countsOfAttempt, sumOfCounts } from '../../../lib/core/counts/attempt-counts.ts';
import { classify } from '../../../lib/core/deliver/attempt/classify.ts';
import type { Attempt } from '../../../lib/core/deliver/state/notification.ts';
import { attemptOf } from '../../../lib/core/deliver/state/transitions.ts';
import { at } from '../../adapters/support/samples.ts';

const LATER: Attempt = { number: 2, at: at(1), durationMs: 12 };
const names = (attempt: Attempt, listedAt = at(0)) => [...countsOfAttempt(attempt, listedAt).keys()];

describe('what an attempt adds', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [410, 'failed#gone'],
    [404, 'failed#http_client_error'],
    [301, 'failed#redirect'],
    [500, 'failed#http_server_error'],
    [999, 'failed#unexpected_status'],
  ])('%i: %s', (statusCode, name) => {
    const outcome = classify({ kind: 'response', statusCode, body: '', durationMs: 1 }, { attemptAtMs: 0 });
    const attempt = attemptOf({ atMs: 0, durationMs: 1, outcome, body: '' }, 2);
    expect(names(attempt)).toEqual([name]);
  });

  it('is its error where there was no answer, or one that does not count', () => {
    expect(names({ ...LATER, error: 'tls_failed' })).toEqual(['failed#tls_failed']);
    expect(names({ ...LATER, statusCode: 200, error: 'unexpected_body' })).toEqual([
      'failed#unexpected_body',
    ]);
  });

  it.each([
    [88, 'delay#100'],
    [89, 'delay#250'],
    [988, 'delay#1000'],
    [3_600_000 - 12, 'delay#3600000'],
    [3_600_000 - 11, 'delay#over'],
    [-5_000, 'delay#100'],
  ])('also has the delay of a first attempt: sent %i ms after listing and answered in 12: %s', (ms, name) => {
    const attempt = {
      number: 1,
      at: new Date(Date.parse(at(0)) + ms).toISOString(),
      durationMs: 12,
      statusCode: 200,
    };
    expect(names(attempt)).toEqual(['delivered', name]);
  });

  it('adds up', () => {
    const all = [LATER, { ...LATER, statusCode: 200 }, { ...LATER, statusCode: 200 }];
    expect(sumOfCounts(all.map((one) => countsOfAttempt(one, at(0))))).toEqual(
      new Map([
        ['failed#gone', 1],
        ['delivered', 2],
      ]),
    );
  });
});
