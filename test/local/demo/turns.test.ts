import { expect, it } from 'vitest';
import { startReceiver } from '../../../lib/local/demo/demo-receiver.ts';
import { createTurns } from '../../../lib/local/demo/turns.ts';

async function stage() {
  const said: string[] = [];
  const receiver = await startReceiver({ port: 0, listener: (_, response) => response.end() });
  return { said, receiver, turn: createTurns(receiver, { says: (text) => said.push(text) }) };
}

it('says once that the receiver goes away, for either caller', async () => {
  const { said, receiver, turn } = await stage();
  await turn('other');
  await turn('away');
  expect(said).toEqual(['receiver goes away']);
  expect(receiver.isAway).toBe(true);
});

it('does not announce a return if the receiver is already back', async () => {
  const { said, receiver, turn } = await stage();
  await turn('away');
  await turn('other');
  await turn('back', { back: 'receiver is back: 3 callbacks never came' });
  expect(said).toEqual(['receiver goes away', 'receiver is back']);
  await receiver.goAway();
});

it('takes turns that are asked for at the same moment one after the other', async () => {
  const { said, receiver, turn } = await stage();
  await Promise.all([turn('away'), turn('other'), turn('other'), turn('back')]);
  expect(said).toEqual(['receiver goes away', 'receiver is back', 'receiver goes away', 'receiver is back']);
  expect(receiver.isAway).toBe(false);
  await receiver.goAway();
});
