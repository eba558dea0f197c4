import assert from 'node:assert/strict';
import type { Merchant } from './merchant.ts';
import { patiently } from './scene.ts';

const HOUR_MS = 3_600_000;
/** Windows of an hour, each closed one feed lag and one run of close after its end. */
const STANDSTILL_MS = 75 * 60_000;

export function hourOf(time: string): string {
  return new Date(Math.floor(Date.parse(time) / HOUR_MS) * HOUR_MS).toISOString();
}

export function windowOf(time: string, windowSeconds: number): string {
  const lengthMs = windowSeconds * 1_000;
  return new Date(Math.floor(Date.parse(time) / lengthMs) * lengthMs).toISOString();
}

/** Waits until every window of the range is closed. Their length depends on the target. */
export async function closedThrough(
  merchant: Merchant,
  range: { readonly from: string; readonly last: string },
): Promise<{ readonly through: string; readonly windowSeconds: number }> {
  // By hour, because a range of short windows may be too long for one answer.
  const path = `/v1/windows?from=${range.from}&resolution=hour`;
  const look = async () => {
    const { status, json } = await merchant.tryToAsk(path);
    const { closedThrough = `nothing: ${status} ${json.code}`, windowSeconds } = json;
    return { closedThrough, windowSeconds };
  };
  const seen = await patiently(
    look,
    ({ closedThrough }) =>
      assert.ok(
        closedThrough.startsWith('2') && closedThrough > range.last,
        `Windows are closed through ${closedThrough}.`,
      ),
    STANDSTILL_MS,
  );
  return { through: seen.closedThrough, windowSeconds: seen.windowSeconds };
}
