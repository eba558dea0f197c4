/**
 * Compares a machine's clock with the `Date` header of DynamoDB's answers. The feed is ordered by the stamps of many
 * machines. A clock that is off could list an outcome before a watermark that was already published.
 */

/** Maximum clock skew in milliseconds. A machine with a larger skew must not stamp outcomes. */
export const CLOCK_TOLERANCE_MS = 2_000;
/** The header has a resolution of one second, so the server's time lies anywhere within that second. */
const HEADER_GRAIN_MS = 1_000;

/** When a request was sent, when its answer arrived, and the server's time in the answer. */
export interface ClockReading {
  readonly sentMs: number;
  readonly receivedMs: number;
  /** The `Date` header. An invalid one is ignored. */
  readonly date: string | undefined;
}

/** This machine's clock skew, as far as the answers show it. */
export interface ClockSkew {
  /** Takes one answer into account. */
  learn(reading: ClockReading): void;
  /** Minimum skew in milliseconds that the last answer proves. */
  readonly skewMs: number;
  /** Whether the last answer agreed with the clock; true before the first one. */
  readonly isTrusted: boolean;
}

export function createClockSkew(): ClockSkew {
  let skewMs = 0;
  return {
    learn({ sentMs, receivedMs, date }) {
      const serverMs = Date.parse(date ?? '');
      if (!Number.isNaN(serverMs)) skewMs = skewOf({ sentMs, receivedMs, serverMs });
    },
    get skewMs() {
      return skewMs;
    },
    get isTrusted() {
      return Math.abs(skewMs) <= CLOCK_TOLERANCE_MS;
    },
  };
}

interface Comparison {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly serverMs: number;
}

/**
 * The minimum skew that a reading proves: 0 as long as both clocks can be right. The server's time lies between sending
 * and receiving, so a slow answer alone never looks like skew.
 */
export function skewOf({ sentMs, receivedMs, serverMs }: Comparison): number {
  const ahead = sentMs - (serverMs + HEADER_GRAIN_MS);
  const behind = receivedMs - serverMs;
  if (ahead > 0) return ahead;
  return behind < 0 ? behind : 0;
}
