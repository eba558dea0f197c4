import { NOTIFICATION_STATES } from '../../protocol/contract-words.ts';
import { toneOf } from '../output/colour.ts';
import type { Part } from '../output/output.ts';
import type { LifeEvent } from './life.ts';

/** Counts what was shown, for the line that stays at the bottom. */
export interface LifeCounts {
  add(news: LifeEvent): void;
  /** `12 outcomes · 11 delivered · 1 retrying` */
  parts(): readonly Part[];
}

/** Callbacks whose state is remembered at most. Older ones stay counted as they were. */
const MAX_REMEMBERED = 5_000;
const goodFirst = (left: string, right: string) =>
  Number(toneOf(right) === 'good') - Number(toneOf(left) === 'good');
/** What is only waiting for its first attempt is not counted. */
const SHOWN = NOTIFICATION_STATES.filter((state) => state !== 'pending').toSorted(goodFirst);

export function createLifeCounts(): LifeCounts {
  let outcomes = 0;
  const states = new Map<string, string>();
  const counts = new Map<string, number>();
  const count = (state: string, by: number) => counts.set(state, (counts.get(state) ?? 0) + by);
  return {
    add(news) {
      if (news.event === 'outcome') {
        outcomes += 1;
        return;
      }
      const key = `${news.transactionId} ${news.version} ${news.endpointId}`;
      const before = states.get(key);
      if (before !== undefined) count(before, -1);
      count(news.state, 1);
      states.delete(key);
      states.set(key, news.state);
      const [oldest] = states.keys();
      if (states.size > MAX_REMEMBERED && oldest !== undefined) states.delete(oldest);
    },
    parts: () => [
      `${outcomes} ${outcomes === 1 ? 'outcome' : 'outcomes'}`,
      ...SHOWN.filter((state) => (counts.get(state) ?? 0) > 0).flatMap((state): readonly Part[] => [
        ' · ',
        [`${counts.get(state)} ${state}`, toneOf(state)],
      ]),
    ],
  };
}
