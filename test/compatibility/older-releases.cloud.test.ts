import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { PutCommand } from '../../lib/adapters/dynamodb/documents/document-commands.ts';
import { runJobs } from '../../lib/core/deliver/redelivery/run-jobs.ts';
import { sweepAll } from '../../lib/core/deliver/sweep.ts';
import type { Lane } from '../../lib/core/events.ts';
import { partitionOf } from '../../lib/core/partitions.ts';
import { startDynamoDbUnderTest } from '../adapters/support/emulators.ts';
import type { Row } from '../support/running/restored-table.ts';
import { keepBooks, type StoryKeys } from './release-story.ts';
import { answersOf, type StoryAnswer } from './story-answers.ts';
import { openTableWorld, type TableWorld } from './table-world.ts';

/** What a release left behind: `write-release.ts`. Never edited. */
interface Release {
  readonly version: string;
  /** When the story ended, in milliseconds since 1970. */
  readonly atMs: number;
  readonly keys: StoryKeys;
  readonly rows: readonly Row[];
  readonly messages: readonly { readonly lane: Lane; readonly atMs: number; readonly body: string }[];
  readonly answers: readonly StoryAnswer[];
}

const folder = new URL('fixtures/', import.meta.url);
const releases = readdirSync(folder).map(
  (name): Release => JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
);
const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

async function marksOf({ ports: { directory } }: TableWorld) {
  const partition = partitionOf('demo');
  const marks = [await directory.mark(partition, 'closed'), await directory.mark(partition, 'audited')];
  return marks.map((mark) => mark ?? { through: 'never' });
}

/** Nothing of a release may be one of these for a later one. */
const FAILURES = [
  'unreadable_row',
  'foreign_row',
  'message_failed',
  'message_malformed',
  'close_failed',
  'audit_failed',
  'statement_failed',
  'window_revised',
  'lost',
];

describe.each(releases)('what $version left in the table and in the queues', (release) => {
  /** The table and the queues as they were when the release ended. */
  async function upgraded<T>(work: (world: TableWorld) => Promise<T>): Promise<T> {
    const world = await openTableWorld(dynamodb, release.atMs);
    try {
      for (const Item of release.rows) {
        await world.table.documents.send(new PutCommand({ TableName: world.table.name, Item }));
      }
      for (const { lane, atMs, body } of release.messages) {
        world.queue.push({ lane, atMs, message: JSON.parse(body) });
      }
      return await work(world);
    } finally {
      expect(world.deadLetters).toEqual([]);
      expect(world.reported().filter(({ event }) => FAILURES.includes(event))).toEqual([]);
      await world.close();
    }
  }

  it('is answered for as it was then', async () => {
    const answers = await upgraded((world) => answersOf(world, release.keys));
    for (const [index, then] of release.answers.entries()) {
      expect(answers[index], then.question).toMatchObject(then);
    }
  });

  it('is worked off: every message, and every notification that was open', async () => {
    await upgraded(async (world) => {
      world.receiver.answer = () => ({ kind: 'response', statusCode: 200, body: 'success', durationMs: 5 });
      await world.drain();
      for (const id of ['down_3', 'fresh_1']) {
        const { json } = await world.call(release.keys.receiver, `GET /v1/transactions/${id}`);
        expect(json.notifications, id).toMatchObject([{ state: 'delivered' }]);
      }
    });
  });

  it('is swept, closed, audited and stated, and a redelivery goes on', async () => {
    await upgraded(async (world) => {
      world.time.nowMs += 86_400_000;
      world.queue.splice(0);
      world.receiver.answer = () => ({ kind: 'response', statusCode: 200, body: 'success', durationMs: 5 });
      const deadlineMs = Number.POSITIVE_INFINITY;
      await runJobs(world.ports, deadlineMs);
      await sweepAll(world.ports, deadlineMs);
      await world.drain();
      const before = await marksOf(world);
      await keepBooks(world);
      for (const id of ['down_1', 'down_3']) {
        const { json } = await world.call(release.keys.receiver, `GET /v1/transactions/${id}`);
        expect(json.notifications, id).toMatchObject([{ state: 'delivered' }]);
      }
      const after = await marksOf(world);
      expect(after.map(({ through }, index) => through > (before[index]?.through ?? ''))).toEqual([
        true,
        true,
      ]);
    });
  });
});
