import type { Board } from './board.ts';
import type { DemoReceiver } from './demo-receiver.ts';

/** Stops the receiver (`offline`), starts it (`online`), or does the opposite of its current state (`toggle`). */
export type SwitchReceiver = (
  to: 'offline' | 'online' | 'toggle',
  messages?: { readonly online: string },
) => Promise<void>;

/**
 * Switches the receiver one call after the other, because a user may press [k] while the demo switches it. Prints a
 * message only if the receiver's state changes.
 */
export function createReceiverSwitch(
  receiver: Pick<DemoReceiver, 'isOffline' | 'stop' | 'start'>,
  board: Pick<Board, 'message'>,
): SwitchReceiver {
  let last: Promise<void> = Promise.resolve();
  return (to, messages = { online: 'receiver is back online' }) => {
    const switched = last.then(async () => {
      const goesOffline = to === 'toggle' ? !receiver.isOffline : to === 'offline';
      if (goesOffline === receiver.isOffline) return;
      if (goesOffline) await receiver.stop();
      else await receiver.start();
      board.message(goesOffline ? 'receiver goes offline' : messages.online);
    });
    // The caller sees the failure; the next call must run regardless.
    last = switched.catch(() => undefined);
    return switched;
  };
}
