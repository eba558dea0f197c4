import type { DeadLetter, DeadLetterQueue } from '../../core/deliver/aside/dead-letters.ts';
import type { AuditWriter } from '../../core/merchants/audit-log/audit-trail.ts';
import type { Clock, Random } from '../../core/runtime/environment.ts';
import { isoTime, msOf, SECOND_MS } from '../../core/time.ts';
import { DEAD_LETTER_QUEUES, type DeadLetterQueueName } from '../../protocol/contract-words.ts';
import { acting } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import {
  listDeadLetters,
  MAX_BODY_SHOWN,
  MAX_LETTERS_SHOWN,
  MAX_REDRIVEN,
  redriveDeadLetters,
} from './dead-letters-contract.ts';

export interface DeadLettersPorts {
  readonly deadLetterQueues: Readonly<Record<DeadLetterQueueName, DeadLetterQueue>>;
  readonly auditLog: AuditWriter;
  readonly clock: Clock;
  readonly random: Random;
}

/** A request ends within 20 s. The last reads and writes take a few of them. */
const REDRIVE_MS = 10 * SECOND_MS;

export function deadLettersRoutes(ports: DeadLettersPorts): readonly Route[] {
  return [
    route(listDeadLetters, async ({ query }) => {
      const { limit = MAX_LETTERS_SHOWN } = query;
      const queues = await Promise.all(
        DEAD_LETTER_QUEUES.map(async (queue) => {
          const letters = ports.deadLetterQueues[queue];
          const count = await letters.count();
          // An empty queue is not asked: it would wait a second for letters.
          const seen = count === 0 ? [] : (await letters.look(limit)).letters;
          return { queue, count, items: seen.map(letterView) };
        }),
      );
      return answer(200, { queues });
    }),

    route(redriveDeadLetters, async ({ caller, body }) => {
      const { queue, limit = MAX_REDRIVEN } = body;
      const nowMs = ports.clock.now();
      const beforeMs = Math.min(nowMs, body.before === undefined ? nowMs : msOf(body.before));
      const { trail } = acting(ports, caller);
      await ports.auditLog.append(trail.entry({ action: 'dead_letters.redriven', queue }));
      const request = { limit, beforeMs, deadlineMs: nowMs + REDRIVE_MS };
      const counts = await ports.deadLetterQueues[queue].redrive(request);
      return answer(200, { queue, ...counts, before: isoTime(beforeMs) });
    }),
  ];
}

function letterView({ message, body, ...letter }: DeadLetter): object {
  const shown = { ...letter, body: body.slice(0, MAX_BODY_SHOWN) };
  if (message === undefined) return shown;
  const { merchantId, transactionId } = message;
  if (!('endpointId' in message)) return { ...shown, merchantId, transactionId };
  const { version, endpointId } = message;
  return { ...shown, merchantId, transactionId, version, endpointId };
}
