import type { StoryKeys } from './release-story.ts';
import type { TableWorld } from './table-world.ts';

const TRANSACTIONS = [
  'good_1',
  'good_2',
  'gone_1',
  'down_1',
  'down_2',
  'down_3',
  'ended_1',
  'lost_1',
  'fresh_1',
  'open_1',
];
const DAY = 'from=2026-11-20T00:00:00Z&to=2026-11-20T18:00:00Z';

/** What a receiver, an initiator and an operator may ask about the story. */
const QUESTIONS: readonly (readonly [keyof StoryKeys | 'admin', string])[] = [
  ...TRANSACTIONS.map((id) => ['receiver', `/v1/transactions/${id}`] as const),
  ['receiver', '/v1/transactions?reference=SHOP-good_1'],
  ['receiver', '/v1/transactions?from=2026-11-20T00:00:00Z'],
  ['receiver', `/v1/windows?${DAY}&resolution=hour`],
  ['receiver', `/v1/windows?${DAY}&times=true`],
  ['receiver', '/v1/windows/2026-11-20T08:00:00Z?buckets=256'],
  ['receiver', '/v1/statements/2026-11-20'],
  ['receiver', '/v1/notifications?state=retrying'],
  ['receiver', '/v1/notifications?state=exhausted'],
  ['receiver', '/v1/notifications?state=blocked'],
  ['admin', '/v1/merchants/demo'],
  ['manager', '/v1/merchants/demo/endpoints'],
  ['manager', '/v1/merchants/demo/keys'],
  ['admin', '/v1/unresolved'],
  ['admin', '/v1/keys'],
];

/** The clock of the world stands still, so an answer depends on nothing but rows and code. */
export interface StoryAnswer {
  readonly question: string;
  readonly status: number;
  readonly json: unknown;
}

export async function answersOf(world: TableWorld, keys: StoryKeys): Promise<readonly StoryAnswer[]> {
  const answers: StoryAnswer[] = [];
  for (const [asker, path] of QUESTIONS) {
    const key = asker === 'admin' ? world.admin : keys[asker];
    const { status, json } = await world.call(key, `GET ${path}`);
    answers.push({ question: path, status, json });
  }
  return answers;
}
