import * as z from 'zod';
import { EVENT_TYPE, type PeerApi, payloadOf } from './peer-api.ts';
import type { PeerHttp } from './peer-http.ts';

/**
 * Svix, by its documented API: https://api.svix.com/docs.
 * An application with one endpoint that takes every event type.
 */
export interface SvixOptions {
  /** `uid` of the application that the run creates. */
  readonly application: string;
}

const ROOT = '/api/v1/app';
/** The open-source server refuses more. */
const PAGE = 250;

const anything = z.unknown();
const createdSchema = z.looseObject({ id: z.string() });
const messagesSchema = z.looseObject({
  data: z.array(z.looseObject({ eventId: z.string().nullish() })),
  iterator: z.string().nullish(),
  done: z.boolean(),
});

export function createSvix(http: PeerHttp, { application }: SvixOptions): PeerApi {
  const path = `${ROOT}/${encodeURIComponent(application)}`;
  return {
    pageSize: PAGE,

    async open(url) {
      const create = (at: string, body: object) =>
        http.call({ method: 'POST', path: at, body, statuses: [200, 201], answer: createdSchema });
      await create(ROOT, { name: application, uid: application });
      await create(`${path}/endpoint`, { url });
    },

    async send(order) {
      const body = { eventType: EVENT_TYPE, eventId: order.id, payload: payloadOf(order) };
      await http.call({ method: 'POST', path: `${path}/msg`, body, statuses: [202], answer: createdSchema });
    },

    async list(cursor) {
      const query = new URLSearchParams({ limit: String(PAGE), with_content: 'false' });
      if (cursor !== undefined) query.set('iterator', cursor);
      const { value, bytes } = await http.call({
        method: 'GET',
        path: `${path}/msg?${query}`,
        statuses: [200],
        answer: messagesSchema,
      });
      const ids = value.data.flatMap(({ eventId }) => eventId ?? []);
      return { ids, next: value.done ? undefined : (value.iterator ?? undefined), bytes };
    },

    async remove() {
      await http.call({ method: 'DELETE', path, statuses: [204, 404], answer: anything });
    },
  };
}
