/**
 * Compares a machine's clock with the `Date` header of DynamoDB's answers. The feed is ordered by stamps of many machines:
 * a clock that is off would list an outcome behind a watermark that was already given.
 */

/** Milliseconds that a clock may be off. A clock beyond it stamps nothing. */
export const CLOCK_TOLERANCE_MS = 2_000;
/** The header shows whole seconds: the moment lies anywhere within the second. */
const HEADER_GRAIN_MS = 1_000;

/** When a request was sent, when its answer came, and what the answer says of the server's time. */
export interface ClockReading {
  readonly sentMs: number;
  readonly receivedMs: number;
  /** The `Date` header. One that cannot be read teaches nothing. */
  readonly date: string | undefined;
}

/** What the answers so far show of this machine's clock. */
export interface ClockSkew {
  /** Learns from one answer. */
  learn(reading: ClockReading): void;
  /** How far the clock was off at least, by the last answer. */
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
 * How far the clock is off at least: 0 while both readings can be right. The server's moment lies between sending
 * and receiving, so a slow answer alone never looks like skew.
 */
export function skewOf({ sentMs, receivedMs, serverMs }: Comparison): number {
  const ahead = sentMs - (serverMs + HEADER_GRAIN_MS);
  const behind = receivedMs - serverMs;
  if (ahead > 0) return ahead;
  return behind < 0 ? behind : 0;
}
