import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Output } from '../output/output.ts';
import { type Check, right, unknown, wrong } from '../receivers/check.ts';
import type { Observer } from './observing.ts';

export interface Losing {
  /** Whether the service knows these transactions, so that a receiver can find them. */
  readonly isReal: boolean;
  readonly observer: Observer | undefined;
  readonly findWithinMs: number;
  readonly output: Output;
}

/** Sends nothing: the callbacks of these transactions are lost. */
export async function playLost(
  lost: readonly JsonObject[],
  { isReal, observer, findWithinMs, output }: Losing,
): Promise<Check> {
  for (const { transactionId, version } of lost) {
    output.json({ event: 'dropped', transactionId, version });
    output.line(['  ', 'quiet'], `${'drop'.padEnd(16)} ${String(transactionId)} ${String(version)}  `, [
      'lost',
      'quiet',
    ]);
  }
  const [one] = lost;
  const names = lost.map(({ transactionId }) => String(transactionId)).join(', ');
  if (!isReal || one === undefined) {
    return unknown(
      'lost',
      `Whether it would find ${names} cannot be seen: the service does not know what is made up.`,
      'Name a transaction of the service with --transaction, and a page with --observe.',
    );
  }
  if (observer === undefined) {
    return unknown('lost', `Whether it finds ${names} cannot be seen.`, 'Pass --observe URL.');
  }
  const before = await observer.look(one);
  output.note(`Waiting for the receiver to find ${names}.`);
  const after = await observer.lookAgain(one, before, findWithinMs);
  return after === before
    ? wrong(
        'lost_for_good',
        `It did not find ${names}, whose callback was lost, within ${Math.round(findWithinMs / 1_000)} s.`,
        'Call reconcile() of the receiver kit every few minutes, or ask for orders that are due.',
      )
    : right('lost', `It found ${names}, whose callback was lost.`);
}
