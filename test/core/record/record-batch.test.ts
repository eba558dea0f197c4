import { expect, it } from 'vitest';
import { Fault } from '../../../lib/core/faults.ts';
import { createWorld, payment } from '../../support/world.ts';

const BATCH = 'POST /v1/merchants/demo/transactions';
const PENDING_THEN_END = [
  { transactionId: 'pay_1', ...payment({ status: 'PENDING' }) },
  { transactionId: 'pay_1', ...payment() },
  { transactionId: 'pay_2', ...payment() },
];
const throttled = new Fault({ code: 'unavailable', message: 'The table throttles.', retryable: true });

/** A world whose table refuses to store PENDINGs until `recovered` is called. */
async function worldThatThrottles(error: Error) {
  const world = createWorld();
  const { initiator } = await world.merchant('demo');
  const { outcomes } = world.ports;
  const prepare = outcomes.prepare.bind(outcomes);
  outcomes.prepare = () => Promise.reject(error);
  const recovered = () => {
    outcomes.prepare = prepare;
  };
  const results = async () => {
    const { json } = await world.call(initiator, BATCH, { transactions: PENDING_THEN_END });
    return json.results.map(({ result, code }: { result?: string; code?: string }) => result ?? code);
  };
  return { results, recovered };
}

it.each([
  ['fails for a moment', throttled, 'unavailable'],
  ['fails for an unknown reason', new Error('broken'), 'internal'],
])('an end is not recorded before its PENDING that %s', async (_how, error, code) => {
  const { results, recovered } = await worldThatThrottles(error);
  expect(await results()).toEqual([code, 'unavailable', 'created']);
  recovered();
  expect(await results()).toEqual(['created', 'created', 'unchanged']);
});

it('items behind a refused one of the same transaction are recorded', async () => {
  const world = createWorld();
  const { initiator } = await world.merchant('demo');
  const refused = { ...PENDING_THEN_END[0], notifyUrl: 'https://10.0.0.1/' };
  const transactions = [refused, PENDING_THEN_END[1]];
  const { json } = await world.call(initiator, BATCH, { transactions });
  expect(json.results).toMatchObject([{ code: 'address_refused' }, { result: 'created' }]);
});
