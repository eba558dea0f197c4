import * as z from 'zod';
import { type PeerApi, payloadOf } from './peer-api.ts';
import type { PeerHttp } from './peer-http.ts';

/**
 * Hookdeck Outpost, by its documented API: https://outpost.hookdeck.com/docs/references/api.
 * A tenant with one webhook destination that subscribes to every topic.
 */
export interface OutpostOptions {
  /** Id of the tenant that the run creates. */
  readonly tenant: string;
  /** Outpost requires one if it is configured with topics. */
  readonly topic: string | undefined;
}

const ROOT = '/api/v1';
/** The documented maximum. */
const PAGE = 1_000;

const anything = z.unknown();
const createdSchema = z.looseObject({ id: z.string() });
const publishedSchema = z.looseObject({ id: z.string(), destination_ids: z.array(z.string()) });
const eventsSchema = z.looseObject({
  models: z.array(z.looseObject({ id: z.string() })),
  pagination: z.looseObject({ next: z.string().nullish() }),
});

export function createOutpost(http: PeerHttp, { tenant, topic }: OutpostOptions): PeerApi {
  const tenantPath = `${ROOT}/tenants/${encodeURIComponent(tenant)}`;
  return {
    pageSize: PAGE,

    async open(url) {
      await http.call({
        method: 'PUT',
        path: tenantPath,
        body: {},
        statuses: [200, 201],
        answer: createdSchema,
      });
      await http.call({
        method: 'POST',
        path: `${tenantPath}/destinations`,
        body: { type: 'webhook', topics: '*', config: { url } },
        statuses: [201],
        answer: createdSchema,
      });
    },

    async send(order) {
      const event = {
        id: order.id,
        tenant_id: tenant,
        ...(topic !== undefined && { topic }),
        data: payloadOf(order),
      };
      await http.call({
        method: 'POST',
        path: `${ROOT}/publish`,
        body: event,
        statuses: [202],
        answer: publishedSchema,
      });
    },

    async list(cursor) {
      const query = new URLSearchParams({ tenant_id: tenant, limit: String(PAGE) });
      if (cursor !== undefined) query.set('next', cursor);
      const path = `${ROOT}/events?${query}`;
      const { value, bytes } = await http.call({
        method: 'GET',
        path,
        statuses: [200],
        answer: eventsSchema,
      });
      return { ids: value.models.map(({ id }) => id), next: value.pagination.next ?? undefined, bytes };
    },

    async remove() {
      await http.call({ method: 'DELETE', path: tenantPath, statuses: [200, 404], answer: anything });
    },
  };
}
