import type { Window } from '../feed/window.ts';
import type { MerchantId } from '../model.ts';
import { isoTime, SECOND_MS } from '../time.ts';
import type { Glance, WindowKey } from './glance.ts';
import type { MerchantSpan } from './partition-scan.ts';

/** What an audit knows of a closed window before it reads it exactly: the window, `unknown`, or that none is stored. */
export type GlancedWindow = Window | 'unknown' | undefined;

/** The merchants that a window's merchant is read with, and the window. */
interface AskedWindow {
  readonly group: readonly MerchantSpan[];
  readonly merchantId: MerchantId;
  readonly startMs: number;
}

/**
 * Reads the stored windows of a group of merchants together, when the first of them is asked for. Almost all windows of
 * almost all merchants are empty and not stored. Read one by one, they would cost more than anything else in an audit.
 *
 * @returns a function that returns each window once
 */
export function createStoredWindows(
  glance: Pick<Glance, 'windows'>,
  windowSeconds: number,
): (asked: AskedWindow) => Promise<GlancedWindow> {
  const groups = new WeakMap<readonly MerchantSpan[], Promise<Map<string, GlancedWindow>>>();
  return async ({ group, merchantId, startMs }) => {
    let reading = groups.get(group);
    if (reading === undefined) {
      reading = readGroup(glance, group, windowSeconds);
      groups.set(group, reading);
    }
    const found = await reading;
    const name = nameOf({ merchantId, start: isoTime(startMs) });
    if (!found.has(name)) return 'unknown';
    const window = found.get(name);
    // Each window is audited once a run. What is left in memory is what was not yet asked for.
    found.delete(name);
    return window;
  };
}

async function readGroup(
  glance: Pick<Glance, 'windows'>,
  group: readonly MerchantSpan[],
  windowSeconds: number,
): Promise<Map<string, GlancedWindow>> {
  const keys = group.flatMap((one) => keysOf(one, windowSeconds));
  // If they cannot be read together, each merchant reads its own, and fails alone.
  const windows = await glance.windows(keys).catch(() => keys.map(() => 'unknown' as const));
  return new Map(keys.map((key, place) => [nameOf(key), windows[place]]));
}

function keysOf({ merchantId, fromMs, toMs }: MerchantSpan, windowSeconds: number): readonly WindowKey[] {
  const windowMs = windowSeconds * SECOND_MS;
  const windows = Math.max(0, Math.round((toMs - fromMs) / windowMs));
  return Array.from({ length: windows }, (_, place) => ({
    merchantId,
    start: isoTime(fromMs + place * windowMs),
  }));
}

const nameOf = ({ merchantId, start }: WindowKey) => `${merchantId}#${start}`;
