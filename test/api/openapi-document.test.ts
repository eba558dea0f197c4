import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../lib/api/openapi-document.ts';
import { callbackSchema, testCallbackSchema } from '../../lib/api/webhooks.ts';
import { createWorld, payment } from '../support/world.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document, checked field by field.
const document = openApiDocument('1') as any;

describe('the OpenAPI document', () => {
  it('describes a callback as it is sent, with its headers', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const { endpointId } = await demo.endpoint();
    const full = payment({
      reference: 'ORDER-1',
      reason: { code: 'OK', message: 'paid' },
      relatedTransactionId: 'pay_0',
      metadata: { till: 7 },
    });
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', full);
    await world.relayAll();
    await world.drain();
    await world.call(demo.manager, `POST /v1/merchants/demo/endpoints/${endpointId}/test`);
    const [told, tested] = world.requests;
    expect(callbackSchema.parse(JSON.parse(told?.body ?? '')).type).toBe('payment.succeeded');
    expect(testCallbackSchema.parse(JSON.parse(tested?.body ?? ''))).toBeTruthy();
    const described = document.webhooks.outcome.post.parameters.map(({ name }: { name: string }) => name);
    const { 'content-type': _type, 'user-agent': _agent, ...sent } = told?.headers ?? {};
    expect(Object.keys(sent).sort()).toEqual(described.sort());
  });

  it('names the headers of a signed answer where answers are signed, and nowhere else', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const answer = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    const sent = [...answer.headers.keys()].filter((name) => name.startsWith('webhook-'));
    expect(sent).toHaveLength(3);
    const { responses } = document.paths['/v1/transactions/{transactionId}'].get;
    const headersOf = (status: string) => {
      const name = responses[status].$ref?.replace('#/components/responses/', '');
      const response = name === undefined ? responses[status] : document.components.responses[name];
      return Object.keys(response.headers ?? {}).sort();
    };
    for (const status of ['200', '400', '403', '404', '500', '503']) {
      expect(headersOf(status)).toEqual(sent.sort());
    }
    // Nobody knows yet whose key it is.
    expect(headersOf('401')).toEqual([]);
    expect(document.paths['/v1/keys'].get.responses['200'].headers).toBeUndefined();
  });

  it('says where the service is: where the document came from', () => {
    expect(document.servers).toEqual([expect.objectContaining({ url: '/' })]);
  });
});
