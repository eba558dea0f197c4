import { clockSkewFault } from '../../../core/faults.ts';
import type { Clock, Reporter } from '../../../core/runtime/environment.ts';
import { createClockSkew } from '../../../protocol/table/clock-skew.ts';
import type { Documents } from '../documents/open-documents.ts';

/** Compares this machine's clock with the time of every DynamoDB response. */
export interface ClockCheck {
  /** Reads the time from every response that the client gets. */
  watch(client: Pick<Documents, 'middlewareStack'>): void;
  /**
   * Always reports the event before it throws, because not every caller can report an error.
   *
   * @throws Fault `clock_skew` if the last response showed a difference larger than the tolerance
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
