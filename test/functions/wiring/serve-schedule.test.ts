import { expect, it } from 'vitest';
import { serveSchedule } from '../../../functions/wiring/serve-schedule.ts';

async function deadlineWith(remainingMs: number) {
  const beforeMs = Date.now();
  let given = 0;
  const handler = serveSchedule(async (deadlineMs) => {
    given = deadlineMs;
  });
  await handler({}, { getRemainingTimeInMillis: () => remainingMs });
  return { beforeMs, given, afterMs: Date.now() };
}

it('leaves scheduled work a minute before the time-out to end what it began', async () => {
  const { beforeMs, given, afterMs } = await deadlineWith(900_000);
  expect(given).toBeGreaterThanOrEqual(beforeMs + 840_000);
  expect(given).toBeLessThanOrEqual(afterMs + 840_000);
});

it('gives a deadline of now where less than a minute is left', async () => {
  const { beforeMs, given, afterMs } = await deadlineWith(30_000);
  expect(given).toBeGreaterThanOrEqual(beforeMs);
  expect(given).toBeLessThanOrEqual(afterMs);
});

it('hands over what the rule says, and fails where the work fails', async () => {
  const handler = serveSchedule<{ readonly partitions: readonly number[] }>(async (_deadlineMs, event) => {
    throw new Error(`failed on ${event.partitions.join()}`);
  });
  await expect(handler({ partitions: [1, 2] }, { getRemainingTimeInMillis: () => 900_000 })).rejects.toThrow(
    'failed on 1,2',
  );
});
