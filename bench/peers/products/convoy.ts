import * as z from 'zod';
import { EVENT_TYPE, type PeerApi, payloadOf } from './peer-api.ts';
import { PeerFault, type PeerHttp } from './peer-http.ts';

/**
 * Convoy, by its documented API: https://docs.getconvoy.io/api-reference.
 * An endpoint in an existing outgoing project, with a subscription to every event type.
 */
export interface ConvoyOptions {
  readonly project: string;
  /** Name of the endpoint and of the subscription that the run creates. */
  readonly endpoint: string;
}

/** Its documentation names no maximum. */
const PAGE = 1_000;

const anything = z.unknown();
const createdSchema = z.looseObject({ data: z.looseObject({ uid: z.string() }) });
const eventsSchema = z.looseObject({
  data: z.looseObject({
    content: z.array(z.looseObject({ idempotency_key: z.string().nullish() })).nullish(),
    pagination: z.looseObject({ has_next_page: z.boolean(), next_page_cursor: z.string().nullish() }),
  }),
});

export function createConvoy(http: PeerHttp, { project, endpoint }: ConvoyOptions): PeerApi {
  const root = `/api/v1/projects/${encodeURIComponent(project)}`;
  let endpointId: string | undefined;
  const known = (): string => {
    if (endpointId !== undefined) return endpointId;
    throw new PeerFault('convoy has no endpoint yet: open comes first.');
  };
  return {
    pageSize: PAGE,

    async open(url) {
      const create = (path: string, body: object) =>
        http.call({ method: 'POST', path, body, statuses: [200, 201], answer: createdSchema });
      const { value } = await create(`${root}/endpoints`, { name: endpoint, url });
      endpointId = value.data.uid;
      await create(`${root}/subscriptions`, { name: endpoint, endpoint_id: endpointId });
    },

    async send(order) {
      await http.call({
        method: 'POST',
        path: `${root}/events`,
        body: {
          endpoint_id: known(),
          event_type: EVENT_TYPE,
          idempotency_key: order.id,
          data: payloadOf(order),
        },
        statuses: [200, 201],
        answer: anything,
      });
    },

    async list(cursor) {
      const query = new URLSearchParams({ endpointId: known(), perPage: String(PAGE), direction: 'next' });
      if (cursor !== undefined) query.set('next_page_cursor', cursor);
      const path = `${root}/events?${query}`;
      const { value, bytes } = await http.call({
        method: 'GET',
        path,
        statuses: [200],
        answer: eventsSchema,
      });
      const { content, pagination } = value.data;
      const ids = (content ?? []).flatMap(({ idempotency_key: id }) => id ?? []);
      return {
        ids,
        next: pagination.has_next_page ? (pagination.next_page_cursor ?? undefined) : undefined,
        bytes,
      };
    },

    async remove() {
      if (endpointId === undefined) return;
      const path = `${root}/endpoints/${encodeURIComponent(endpointId)}`;
      await http.call({ method: 'DELETE', path, statuses: [200, 204, 404], answer: anything });
    },
  };
}
