import { nowMs } from '../measure/shared-clock.ts';
import type { LoadTarget, Order } from './load-target.ts';

/** How a scene's orders are handed over. */
export type Pattern =
  /** Each of some callers sends its next request when the last one was answered. */
  | { readonly kind: 'callers'; readonly callers: number; readonly batch: number }
  /** One order at a time at fixed moments, whether or not earlier ones were answered. */
  | { readonly kind: 'paced'; readonly perSecond: number };

export interface Recorded {
  /** When the request for each order began, on the clock of `nowMs`. */
  readonly starts: ReadonlyMap<string, number>;
  /** Milliseconds from the start of each request to its answer. */
  readonly answerMs: readonly number[];
  /** How many milliseconds after its moment each request of a paced scene began. */
  readonly lateMs: readonly number[];
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Records all orders. `onRecorded` receives the number of orders that were accepted so far. */
export async function generate(
  target: Pick<LoadTarget, 'record'>,
  { orders, pattern, onRecorded }: Generated,
): Promise<Recorded> {
  const starts = new Map<string, number>();
  const answerMs: number[] = [];
  let recorded = 0;
  const send = async (some: readonly Order[]) => {
    const startMs = nowMs();
    for (const { id } of some) starts.set(id, startMs);
    await target.record(some);
    answerMs.push(nowMs() - startMs);
    recorded += some.length;
    onRecorded(recorded);
  };
  const startedMs = nowMs();
  const lateMs =
    pattern.kind === 'paced'
      ? await sendPaced(orders, { perSecond: pattern.perSecond, send })
      : await sendByCallers(batchesOf(orders, pattern.batch), { callers: pattern.callers, send });
  return { starts, answerMs, lateMs, startedMs, endedMs: nowMs() };
}

interface Generated {
  readonly orders: readonly Order[];
  readonly pattern: Pattern;
  readonly onRecorded: (count: number) => void;
}

type Send = (orders: readonly Order[]) => Promise<void>;

async function sendByCallers(
  batches: readonly (readonly Order[])[],
  { callers, send }: { readonly callers: number; readonly send: Send },
): Promise<readonly number[]> {
  const waiting = batches.values();
  const call = async () => {
    for (const batch of waiting) await send(batch);
  };
  await Promise.all(Array.from({ length: callers }, call));
  return [];
}

async function sendPaced(
  orders: readonly Order[],
  { perSecond, send }: { readonly perSecond: number; readonly send: Send },
): Promise<readonly number[]> {
  const startMs = nowMs();
  const lateMs: number[] = [];
  const running: Promise<void>[] = [];
  for (const [number, order] of orders.entries()) {
    const dueMs = startMs + (number * 1000) / perSecond;
    await until(dueMs);
    lateMs.push(nowMs() - dueMs);
    const sending = send([order]);
    // A failure ends the scene below. Until then it must not end the process.
    sending.catch(() => {});
    running.push(sending);
  }
  await Promise.all(running);
  return lateMs;
}

async function until(dueMs: number): Promise<void> {
  const waitMs = dueMs - nowMs();
  // Timers fire up to a millisecond early.
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)));
}

function batchesOf(orders: readonly Order[], size: number): readonly (readonly Order[])[] {
  return Array.from({ length: Math.ceil(orders.length / size) }, (_, index) =>
    orders.slice(index * size, (index + 1) * size),
  );
}
