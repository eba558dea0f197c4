import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Reporter } from '../../../core/environment.ts';
import { clockSkewFault } from '../../../core/faults.ts';
import { createClockSkew } from '../../../protocol/table/clock-skew.ts';

/** Compares this machine's clock with every answer of DynamoDB. */
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

export function createClockCheck({
  clock,
  reporter,
}: {
  readonly clock: Clock;
  readonly reporter: Reporter;
}): ClockCheck {
  const skew = createClockSkew();
  return {
    watch(client) {
      client.middlewareStack.add(
        (next) => async (args) => {
          const sentMs = clock.now();
          const result = await next(args);
          const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
          skew.learn({ sentMs, receivedMs: clock.now(), date: headers?.date });
          return result;
        },
        { step: 'deserialize', priority: 'low', name: 'tidingsClockCheck' },
      );
    },
    assertTrusted() {
      if (skew.isTrusted) return;
      reporter.report({ event: 'clock_skew', skewMs: Math.round(skew.skewMs) });
      throw clockSkewFault(skew.skewMs);
    },
  };
}
