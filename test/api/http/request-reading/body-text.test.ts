import { describe, expect, it } from 'vitest';
import { isProblem } from '../../../support/http-events.ts';
import { payment } from '../../../support/world.ts';
import { useEvents } from './event-world.ts';

const setup = useEvents();
const { send, stored, record } = setup;

const TEXT_REFUSED = [
  '\ud800',
  'a\udc00b',
  '\u0000',
  '\u0008',
  '\u000b',
  '\u001b[31m',
  '\u007f',
  '\u009b31m',
  '\ufffd',
  '\uffff',
];

describe('text that would be stored', () => {
  const cases = TEXT_REFUSED.flatMap(
    (text) =>
      [
        [text, { metadata: { a: text } }, 'invalid_text', '/metadata'],
        [text, { metadata: { a: [{ b: text }] } }, 'invalid_text', '/metadata'],
        [text, { metadata: { [text]: 1 } }, 'invalid_text', '/metadata'],
        [text, { metadata: { a: { [text]: {} } } }, 'invalid_text', '/metadata'],
        [text, { reason: { code: 'x', message: text } }, 'invalid_text', '/reason/message'],
        [text, { reason: { code: `x${text}`, message: '' } }, 'invalid_value', '/reason/code'],
        [text, { reference: `a${text}b` }, 'invalid_reference', '/reference'],
        [text, { notifyUrl: `https://a.example/${text}` }, 'invalid_url', '/notifyUrl'],
        [
          text,
          { status: 'PENDING', checkBack: { url: `https://a.example/${text}` } },
          'invalid_url',
          '/checkBack/url',
        ],
        [text, { relatedTransactionId: `a${text}` }, 'invalid_id', '/relatedTransactionId'],
        [text, { [`a${text}`]: 1 }, 'unknown_field', `/a${text}`],
      ] as const,
  );

  it.each(cases)('%j is refused in %j', async (_, changes, code, pointer) => {
    const answer = await record(JSON.stringify(payment(changes)));
    expect(answer).toMatchObject({ statusCode: 400, json: { code, errors: [{ code, pointer }] } });
    expect(isProblem(answer)).toBe(true);
    expect(stored()).toBe(0);
  });

  it.each(TEXT_REFUSED)('%j is refused in the settings of merchants and endpoints', async (text) => {
    const { endpointId } = await setup.demo.endpoint();
    const url = 'https://a.example/';
    for (const [method, path, body, pointer] of [
      ['POST', '/v1/merchants', { merchantId: 'other', name: `a${text}` }, '/name'],
      ['PATCH', '/v1/merchants/demo', { name: text }, '/name'],
      ['POST', '/v1/merchants/demo/endpoints', { url: url + text }, '/url'],
      ['POST', '/v1/merchants/demo/endpoints', { url, expectBody: text }, '/expectBody'],
      ['POST', '/v1/merchants/demo/endpoints', { url, description: text }, '/description'],
      ['PATCH', `/v1/merchants/demo/endpoints/${endpointId}`, { url: url + text }, '/url'],
      ['PATCH', `/v1/merchants/demo/endpoints/${endpointId}`, { expectBody: text }, '/expectBody'],
      ['PATCH', `/v1/merchants/demo/endpoints/${endpointId}`, { description: text }, '/description'],
      ['POST', '/v1/merchants/demo/secrets', { rotationId: `a${text}` }, '/rotationId'],
    ] as const) {
      const answer = await send({ method, path, key: setup.world.admin, body: JSON.stringify(body) });
      expect(answer).toMatchObject({ statusCode: 400, json: { errors: [{ pointer }] } });
    }
  });

  it.each(TEXT_REFUSED.filter((text) => text.isWellFormed()))(
    '%j is refused in paths and queries',
    async (text) => {
      const query = `reference=${encodeURIComponent(text)}`;
      for (const sent of [
        { path: `/v1/transactions/a${text}`, key: setup.demo.receiver },
        { path: '/v1/transactions', query, key: setup.demo.receiver },
        { path: `/v1/merchants/demo/endpoints/a${text}`, key: setup.demo.manager },
        { path: `/v1/redeliveries/a${text}`, key: setup.demo.receiver },
      ]) {
        expect((await send(sent)).statusCode).toBe(400);
      }
    },
  );

  it('may have tabs, line breaks, and every script', async () => {
    const text = 'a\tb\r\nc 支付 \u{1f600} \u0627 \u00a0';
    const content = payment({ metadata: { [text]: [text] }, reason: { code: 'x', message: text } });
    const { json } = await record(JSON.stringify(content));
    expect(json).toMatchObject({ metadata: { [text]: [text] }, reason: { message: text } });
  });

  it.each([
    ['expectBody', ' '],
    ['expectBody', '\n\t'],
    ['expectBody', '\u3000'],
    ['expectBody', ''],
    ['description', ' '],
    ['description', ''],
    ['name', ' '],
    ['name', 'two\nlines'],
    ['name', ''],
  ])('is refused where it says nothing: %s %j', async (field, text) => {
    const path = field === 'name' ? '/v1/merchants/demo' : '/v1/merchants/demo/endpoints';
    const method = field === 'name' ? 'PATCH' : 'POST';
    const url = field === 'name' ? {} : { url: 'https://a.example/' };
    const answer = await send({
      method,
      path,
      key: setup.world.admin,
      body: JSON.stringify({ ...url, [field]: text }),
    });
    expect(answer).toMatchObject({ statusCode: 400, json: { errors: [{ pointer: `/${field}` }] } });
  });
});
