import { InitiatorFault } from '../fault.ts';

/**
 * Compares this machine's clock with the `Date` header of DynamoDB's answers. The feed is ordered by stamps of many
 * machines: one that is off would list an outcome behind a watermark already given.
 */
export interface TableClock {
  /** Learns from one answer. */
  learn(reading: ClockReading): void;
  isTrusted(): boolean;
  /** @throws InitiatorFault `clock_skew` where the last answer showed a clock that is off */
  assertTrusted(): void;
}

interface ClockReading {
  readonly sentMs: number;
  readonly receivedMs: number;
  /** The `Date` header; whatever cannot be read teaches nothing. */
  readonly date: string | undefined;
}

const TOLERANCE_MS = 2_000;
/** The header shows whole seconds: the moment lies anywhere within the second. */
const HEADER_GRAIN_MS = 1_000;

export function createTableClock(): TableClock {
  let skewMs = 0;
  const isTrusted = () => Math.abs(skewMs) <= TOLERANCE_MS;
  return {
    isTrusted,
    learn({ sentMs, receivedMs, date }) {
      const serverMs = Date.parse(date ?? '');
      if (!Number.isNaN(serverMs)) skewMs = skewOf({ sentMs, receivedMs, serverMs });
    },
    assertTrusted() {
      if (isTrusted()) return;
      throw new InitiatorFault({
        code: 'clock_skew',
        message: `The clock is ${Math.round(skewMs)} ms off DynamoDB's; nothing is written until it agrees.`,
        retryable: true,
      });
    },
  };
}

/**
 * How far the clock is off at least: 0 while both readings can be right. The server's moment lies between sending
 * and receiving, so a slow answer alone never looks like skew.
 */
export function skewOf(reading: {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly serverMs: number;
}): number {
  const ahead = reading.sentMs - (reading.serverMs + HEADER_GRAIN_MS);
  const behind = reading.receivedMs - reading.serverMs;
  if (ahead > 0) return ahead;
  return behind < 0 ? behind : 0;
}
