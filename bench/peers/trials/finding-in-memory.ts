import { DatabaseSync } from 'node:sqlite';
import { fillStore, openDay, spread } from '../../day-of-outcomes.ts';
import type { FindCost } from '../contestant.ts';

/**
 * Finds some lost outcomes of a day of Tidings on memory adapters, as `bench:reconcile` does: use cases, API and receiver
 * kit are the real ones. Recording so many over sockets would take longer than everything else.
 */
export async function findInMemory(outcomes: number, lost: number): Promise<FindCost> {
  const day = await openDay(outcomes);
  const missing = spread(lost, outcomes);
  const db = new DatabaseSync(':memory:');
  try {
    await fillStore(day, db, held(outcomes, missing));
    const { applied, requests, bytes } = await day.receiver(db).reconcile();
    if (applied !== lost) throw new Error(`${applied} of ${lost} lost outcomes were found.`);
    return { requests, bytes };
  } finally {
    db.close();
  }
}

function* held(outcomes: number, missing: ReadonlySet<number>): Generator<number> {
  for (let index = 0; index < outcomes; index += 1) if (!missing.has(index)) yield index;
}
