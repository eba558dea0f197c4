import {
  type DeadLetter,
  type DeadLetterQueue,
  type RawLetter,
  readLetter,
} from '../../../core/deliver/aside/dead-letters.ts';
import type { Clock } from '../../../core/runtime/environment.ts';
import { isoTime, msOf } from '../../../core/time.ts';
import type { DeadLetterQueueName } from '../../../protocol/contract-words.ts';

/** A dead-letter queue in memory, and how tests put letters into it. */
export interface MemoryDeadLetterQueue extends DeadLetterQueue {
  put(letter: Pick<RawLetter, 'body' | 'reason'>): void;
}

export function memoryDeadLetterQueue(options: {
  readonly queue: DeadLetterQueueName;
  readonly clock: Clock;
  readonly onBack: (letter: DeadLetter) => void;
}): MemoryDeadLetterQueue {
  const { queue, clock, onBack } = options;
  const held = new Map<string, DeadLetter>();
  let number = 0;
  return {
    put(letter) {
      number += 1;
      const raw = { messageId: `letter-${number}`, sentAt: isoTime(clock.now()), ...letter };
      held.set(raw.messageId, readLetter(queue, raw));
    },
    async count() {
      return held.size;
    },
    async look(limit) {
      return { letters: [...held.values()].slice(0, limit), isWhole: true };
    },
    async redrive({ limit, beforeMs }) {
      let redriven = 0;
      let left = 0;
      for (const letter of [...held.values()]) {
        if (redriven === limit) break;
        const { canGoBack, sentAt = '', messageId } = letter;
        if (canGoBack && msOf(sentAt) <= beforeMs) {
          onBack(letter);
          held.delete(messageId);
          redriven += 1;
        } else {
          left += 1;
        }
      }
      return { redriven, left, isDone: redriven < limit };
    },
  };
}
