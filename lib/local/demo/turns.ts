import type { Board } from './board.ts';
import type { DemoReceiver } from './demo-receiver.ts';

/** Stops the receiver or starts it again. */
export type Turn = (wanted: 'away' | 'back' | 'other', words?: { readonly back: string }) => Promise<void>;

/**
 * Runs turns one after the other: a user may press [k] while the story is turning. A turn is printed only if it
 * changes something.
 */
export function createTurns(
  receiver: Pick<DemoReceiver, 'isAway' | 'goAway' | 'comeBack'>,
  board: Pick<Board, 'says'>,
): Turn {
  let last: Promise<void> = Promise.resolve();
  return (wanted, words = { back: 'receiver is back' }) => {
    const turned = last.then(async () => {
      const isAway = wanted === 'other' ? !receiver.isAway : wanted === 'away';
      if (isAway === receiver.isAway) return;
      if (isAway) await receiver.goAway();
      else await receiver.comeBack();
      board.says(isAway ? 'receiver goes away' : words.back);
    });
    // The caller sees the failure; the next turn must run regardless.
    last = turned.catch(() => undefined);
    return turned;
  };
}
