import { expect, it } from 'vitest';
import { startReceiver } from '../../../lib/local/demo/demo-receiver.ts';
import { createReceiverSwitch } from '../../../lib/local/demo/receiver-switch.ts';

const OFFLINE = 'receiver goes offline';
const ONLINE = 'receiver is back online';

async function stage() {
  const printed: string[] = [];
  const receiver = await startReceiver({ port: 0, listener: (_, response) => response.end() });
  const board = { message: (text: string) => printed.push(text) };
  return { printed, receiver, switchTo: createReceiverSwitch(receiver, board) };
}

it('prints once that the receiver goes offline, if two calls ask for it', async () => {
  const { printed, receiver, switchTo } = await stage();
  await switchTo('toggle');
  await switchTo('offline');
  expect(printed).toEqual([OFFLINE]);
  expect(receiver.isOffline).toBe(true);
});

it('prints nothing if the receiver is already back online', async () => {
  const { printed, receiver, switchTo } = await stage();
  await switchTo('offline');
  await switchTo('toggle');
  await switchTo('online', { online: 'receiver is back online: 3 callbacks were missed' });
  expect(printed).toEqual([OFFLINE, ONLINE]);
  await receiver.stop();
});

it('runs simultaneous calls one after the other', async () => {
  const { printed, receiver, switchTo } = await stage();
  await Promise.all([switchTo('offline'), switchTo('toggle'), switchTo('toggle'), switchTo('online')]);
  expect(printed).toEqual([OFFLINE, ONLINE, OFFLINE, ONLINE]);
  expect(receiver.isOffline).toBe(false);
  await receiver.stop();
});
