import { describe, expect, it } from 'vitest';
import { ALERT_TYPES, asksForAlert } from '../../lib/protocol/alerts.ts';
import {
  EVENT_FILTER,
  filterMatches,
  OUTCOME_EVENT,
  OUTCOME_FILTER,
} from '../../lib/protocol/event-names.ts';

describe('filters of endpoints', () => {
  it.each(['tidings.*', ...ALERT_TYPES, '*', 'payment.*', 'tidings2.failed'])('take %s', (filter) => {
    expect(EVENT_FILTER.test(filter)).toBe(true);
  });

  it.each([
    'tidings',
    'tidings.',
    'tidings.succeeded',
    'tidings.endpoint.*',
    'tidings.test',
    '*.*',
    'tidings.**',
  ])('refuse %s', (filter) => {
    expect(EVENT_FILTER.test(filter)).toBe(false);
  });

  it('ask for alerts by name or all together, and never by *', () => {
    for (const type of ALERT_TYPES) {
      expect(asksForAlert(['payment.*', type], type)).toBe(true);
      expect(asksForAlert(['tidings.*'], type)).toBe(true);
      expect(asksForAlert(['*', 'payment.*'], type)).toBe(false);
      const others = ALERT_TYPES.filter((one) => one !== type);
      expect(asksForAlert(others, type)).toBe(false);
    }
  });

  it('about alerts match no outcome', () => {
    for (const filter of ['tidings.*', ...ALERT_TYPES]) {
      expect(filterMatches(filter, 'payment.succeeded')).toBe(false);
    }
  });
});

describe('questions about outcomes', () => {
  it('take no name of an alert', () => {
    for (const type of ALERT_TYPES) {
      expect(OUTCOME_FILTER.test(type)).toBe(false);
      expect(OUTCOME_EVENT.test(type)).toBe(false);
    }
  });
});
