import { reconcile } from '../../../api/reconciliations/reconciliations-contract.ts';
import { listTransactions } from '../../../api/transactions/ask-contract.ts';
import { listWindows, readWindow } from '../../../api/windows/windows-contract.ts';
import { BUCKETS } from '../../../protocol/row-digest.ts';
import { resource } from '../../site/page.ts';

/** What the script of the reconciliation page asks: the API's own questions, as the session. */

const BASE = '/merchants/{merchantId}/reconciliation';

const sums = resource({
  path: `${BASE}/windows`,
  who: 'merchant',
  method: 'get',
  answer: ({ api, params: { merchantId }, query }) =>
    api.ask(listWindows, {
      merchantId,
      query: { from: query('from') ?? '', to: query('to'), resolution: query('resolution') } as never,
    }),
});

const buckets = resource({
  path: `${BASE}/windows/{start}`,
  who: 'merchant',
  method: 'get',
  answer: ({ api, params: { merchantId, start } }) =>
    api.ask(readWindow, { merchantId, params: { start }, query: { buckets: String(BUCKETS) } }),
});

const feed = resource({
  path: `${BASE}/feed`,
  who: 'merchant',
  method: 'get',
  answer: ({ api, params: { merchantId }, query }) => {
    const [from, to, limit, cursor] = [query('from'), query('to'), query('limit'), query('cursor')];
    return api.ask(listTransactions, {
      merchantId,
      query: {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(limit !== undefined && { limit }),
        ...(cursor !== undefined && { cursor }),
      },
    });
  },
});

const claims = resource({
  path: `${BASE}/claims`,
  who: 'merchant',
  method: 'post',
  answer: ({ api, params: { merchantId }, body }) => api.ask(reconcile, { merchantId, body: body as never }),
});

export const reconciliationResources = [sums, buckets, feed, claims];
