import { MINUTE_MS } from '../../../lib/core/time.ts';
import type { Evidence } from './check-evidence.ts';

/** Cached settings, and an attempt with them. */
const LAST_ATTEMPT_MS = 3 * MINUTE_MS;

/** Of an erased merchant nothing is left, nothing was counted as lost, and soon it was told nothing more. */
export async function erasedWrong({ leaver, stores, events, deadLetters }: Evidence): Promise<string[]> {
  if (leaver === undefined) return [];
  const { merchantId, erasedAtMs = Number.POSITIVE_INFINITY } = leaver;
  const left = Object.entries(stores.contents).flatMap(([store, rows]) =>
    [...rows]
      .filter(([name, row]) => name.startsWith(`${merchantId}#`) || ownerOf(row) === merchantId)
      .map(([name]) => `of the erased merchant is left, in ${store}: ${name}`),
  );
  const ended = await stores.erasures.read(merchantId);
  const late = events.filter(
    (event) =>
      event.event === 'attempt' &&
      event.merchantId === merchantId &&
      event.atMs > erasedAtMs + LAST_ATTEMPT_MS,
  );
  const lost = events.filter(
    (event) => event.event === 'lost' && event.merchantId === merchantId && event.atMs > erasedAtMs,
  );
  return [
    ...left,
    ...(ended?.state === 'erased' ? [] : [`the erased merchant is ${ended?.state ?? 'not deleted'}`]),
    ...(await stores.erasures.open()).map((open) => `the erasure of ${open} is left open`),
    ...late.map((event) => `an erased merchant was told: ${JSON.stringify(event)}`),
    ...lost.map((event) => `of an erased merchant was counted as lost: ${JSON.stringify(event)}`),
    ...deadLetters
      .filter((body) => body.includes(`"${merchantId}"`))
      .map((body) => `a message of the erased merchant was set aside: ${body}`),
  ];
}

function ownerOf(row: unknown): unknown {
  return typeof row === 'object' && row !== null && 'merchantId' in row ? row.merchantId : undefined;
}
