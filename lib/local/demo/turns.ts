import type { Board } from './board.ts';
import type { DemoReceiver } from './demo-receiver.ts';

/** Sends the receiver away, or has it back. */
export type Turn = (wanted: 'away' | 'back' | 'other', words?: { readonly back: string }) => Promise<void>;

/**
 * One turn after the other, since somebody may press [k] while the story turns; and a turn is said only where it
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
    // Who asked learns of a failure; the next one gets its turn all the same.
    last = turned.catch(() => undefined);
    return turned;
  };
}
