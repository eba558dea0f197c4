import { type ClockReading, createClockSkew } from '../../protocol/table/clock-skew.ts';
import { InitiatorFault } from '../fault.ts';

/** Compares this machine's clock with the answers of DynamoDB, before and while it stamps outcomes. */
export interface TableClock {
  /** Learns from one answer. */
  learn(reading: ClockReading): void;
  isTrusted(): boolean;
  /** @throws InitiatorFault `clock_skew` where the last answer showed a clock that is off */
  assertTrusted(): void;
}

export function createTableClock(): TableClock {
  const skew = createClockSkew();
  return {
    learn: skew.learn,
    isTrusted: () => skew.isTrusted,
    assertTrusted() {
      if (skew.isTrusted) return;
      throw new InitiatorFault({
        code: 'clock_skew',
        message: `The clock is ${Math.round(skew.skewMs)} ms off DynamoDB's; nothing is written until it agrees.`,
        retryable: true,
      });
    },
  };
}
