import { type ClockReading, createClockSkew } from '../../protocol/table/clock-skew.ts';
import { InitiatorFault } from '../fault.ts';

/** Compares this machine's clock with DynamoDB's answers, before and while outcomes are stamped. */
export interface TableClock {
  /** Takes one answer into account. */
  learn(reading: ClockReading): void;
  isTrusted(): boolean;
  /** @throws InitiatorFault `clock_skew` if the last answer showed that the clock is off */
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
        message: `The clock is ${Math.round(skew.skewMs)} ms off DynamoDB's clock. Nothing is written until they agree.`,
        retryable: true,
      });
    },
  };
}
