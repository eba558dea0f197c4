import { describe, expect, it } from 'vitest';
import { END, prepared, says, take } from './checked-payment.ts';

describe('an answer to a check-back', () => {
  const end = JSON.stringify(END);

  it.each<[string, string]>([
    ['holds an inexact number in an unknown field', end.replace('{', '{"orderId":12345678901234567890,')],
    ['begins with a byte order mark', `\u{feff}${end}`],
  ])('is taken where it %s', async (_, body) => {
    const { world, transaction } = await prepared();
    world.receiver.answer = () => says(200, body);
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'SUCCEEDED', version: 2 });
  });

  it.each<[string, string]>([
    ['says its amount twice', end.replace('{', '{"amount":1,')],
    ['says an amount that cannot be kept', end.replace('1999', '19.99999999999999999999e2')],
    ['has text that cannot be stored', end.replace('}', ',"reason":{"code":"x","message":"\\ud800"}}')],
    ['was no UTF-8', end.replace('}', ',"reason":{"code":"x","message":"\ufffd"}}')],
  ])('leaves the question open where it %s', async (_, body) => {
    const { world, transaction, check } = await prepared();
    world.receiver.answer = () => says(200, body);
    await world.deliverOne(take(world));
    expect(await transaction()).toMatchObject({ status: 'PENDING' });
    expect(check()?.attempts.at(-1)).toMatchObject({ result: 'invalid_answer' });
  });
});
