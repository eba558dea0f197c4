import { expect, it } from 'vitest';
import type { Client } from '../../../lib/receiver/asking/service-client.ts';
import { eventTypes } from '../../../lib/receiver/event-types.ts';
import { createWindowQuestions } from '../../../lib/receiver/reconciling/questions.ts';

it('ends with the refusal of a service that refuses what it calls kept', async () => {
  const asked: string[] = [];
  const read: Client['read'] = async (_path, { from = '' } = {}) => {
    asked.push(from);
    return { kind: 'refused', code: 'beyond_retention', content: { oldest: '2026-11-20T07:30:00.000Z' } };
  };
  const questions = createWindowQuestions({ read }, eventTypes(undefined));
  await expect(questions.opening(0, undefined, true)).rejects.toThrow('beyond_retention');
  expect(new Set(asked)).toEqual(new Set(['1970-01-01T00:00:00.000Z', '2026-11-20T08:00:00.000Z']));
  expect(asked.length).toBeLessThan(6);
});
