import { listMerchants } from '../../../api/merchants/merchants-contract.ts';
import { merchantIdSchema } from '../../../core/model.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { Visit } from '../../site/page.ts';

/** A page of merchants, by the beginning of their ids. */
export interface FoundMerchants {
  readonly found: AnswerOf<typeof listMerchants>;
  readonly search: string | undefined;
  readonly isFirst: boolean;
}

const NOTHING = { items: [], hasMore: false };

/** Finds what the query's `q` and `cursor` ask for. @param limit merchants on a page */
export async function findMerchants({ api, query }: Visit, limit: string): Promise<FoundMerchants> {
  const search = query('q');
  const cursor = query('cursor');
  // No id begins with what cannot be an id.
  const isPossible = search === undefined || merchantIdSchema().safeParse(search).success;
  const asked = { limit, ...(search && { prefix: search }), ...(cursor && { cursor }) };
  const found = isPossible ? await api.ask(listMerchants, { query: asked }) : NOTHING;
  return { found, search, isFirst: cursor === undefined };
}
