import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Reporter } from '../../../core/environment.ts';
import { clockSkewFault } from '../../../core/faults.ts';

/**
 * Compares this machine's clock with the `Date` header of every answer of DynamoDB. The feed is ordered by
 * stamps of many machines: one that is off would list an outcome behind a watermark already given.
 */
export interface ClockCheck {
  /** Learns from every answer that the client gets. */
  watch(client: DynamoDBClient): void;
  /**
   * Tells operators before it throws, whoever asks: not every caller has somebody to answer to.
   *
   * @throws Fault `clock_skew` where the last answer showed a clock that is off by more than the tolerance
   */
  assertTrusted(): void;
}

const CLOCK_TOLERANCE_MS = 2_000;
/** The header shows whole seconds: the moment lies anywhere within the second. */
const HEADER_GRAIN_MS = 1_000;

export function createClockCheck({
  clock,
  reporter,
}: {
  readonly clock: Clock;
  readonly reporter: Reporter;
}): ClockCheck {
  let skewMs = 0;
  return {
    watch(client) {
      client.middlewareStack.add(
        (next) => async (args) => {
          const sentMs = clock.now();
          const result = await next(args);
          const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
          const serverMs = Date.parse(headers?.date ?? '');
          if (!Number.isNaN(serverMs)) skewMs = skewOf({ sentMs, receivedMs: clock.now(), serverMs });
          return result;
        },
        { step: 'deserialize', priority: 'low', name: 'tidingsClockCheck' },
      );
    },
    assertTrusted() {
      if (Math.abs(skewMs) <= CLOCK_TOLERANCE_MS) return;
      reporter.report({ event: 'clock_skew', skewMs: Math.round(skewMs) });
      throw clockSkewFault(skewMs);
    },
  };
}

interface ClockReading {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly serverMs: number;
}

/**
 * How far the clock is off at least: 0 while both readings can be right. The server's moment lies between
 * sending and receiving, so a slow answer alone never looks like skew.
 */
export function skewOf(reading: ClockReading): number {
  const ahead = reading.sentMs - (reading.serverMs + HEADER_GRAIN_MS);
  const behind = reading.receivedMs - reading.serverMs;
  if (ahead > 0) return ahead;
  return behind < 0 ? behind : 0;
}
