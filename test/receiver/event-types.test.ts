import { describe, expect, it } from 'vitest';
import { eventTypes } from '../../lib/receiver/event-types.ts';

const succeeded = { transactionType: 'payment', status: 'SUCCEEDED' };

describe('the types of a receiver', () => {
  it('are those of its endpoint, without the alerts, which no question is about', () => {
    const types = eventTypes(['payment.*', 'tidings.*', 'tidings.statement.ready']);
    expect(types.text).toBe('payment.*');
    expect(types.includes(succeeded)).toBe(true);
    expect(eventTypes(['*', 'tidings.*']).text).toBeUndefined();
  });

  it('refuse a list of nothing but alerts: it would mean no outcome at all', () => {
    expect(() => eventTypes(['tidings.*'])).toThrow('service.types has only alerts');
  });
});
