import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newSecret, signedAnswer } from '../../../lib/receiver/testing/index.ts';
import { closed } from './faulty-callbacks.ts';

export interface FaultyAnswers {
  readonly url: string;
  /** Targets of all questions, in order. */
  readonly asked: readonly string[];
  /** Number of answers that were not those of the service. */
  readonly forged: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Exchange {
  /** As the receiver asked: `GET /v1/windows?…`. */
  readonly question: string;
  readonly genuine: Answer;
  /** The genuine answer to the question before. */
  readonly before: Answer | undefined;
  readonly merchantId: string;
}

const PASSED_ON = ['content-type', 'retry-after', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
/** Every third answer is another one than the service gave. A receiver asks at least three times. */
const FORGED_EVERY = 3;

const NOTHING = { status: 404, code: 'unknown_transaction', title: 'There is no such transaction.' };

/** What a proxy or a thief of the connection could answer, without the merchant's secret. */
const FORGERIES: readonly ((exchange: Exchange) => Answer | Promise<Answer>)[] = [
  () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Please log in</p>' }),
  ({ question, merchantId }) => ({
    status: 404,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ merchantId, request: question, asOf: new Date().toISOString(), ...NOTHING }),
  }),
  ({ genuine }) => ({ ...genuine, body: genuine.body.replace('"items":[', '"items":[],"others":[') }),
  ({ genuine, before }) => before ?? { ...genuine, body: '{}' },
  ({ question, merchantId }) => {
    const answer = { status: 404, merchantId, request: question, content: NOTHING };
    return answerOf(signedAnswer(answer, { merchantSecrets: newSecret() }));
  },
  () => ({ status: 302, headers: { location: '/v1/public-keys' }, body: '' }),
];

/** A network between a receiver and the service in which every third answer is not the service's. */
export async function openFaultyAnswers(api: string, merchantId: string): Promise<FaultyAnswers> {
  const asked: string[] = [];
  let forged = 0;
  let before: Answer | undefined;

  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url: target = '/' } = incoming;
    asked.push(target);
    const isForged = asked.length % FORGED_EVERY === 0;
    const genuine = await answerOf(await passedOn(api, incoming));
    const exchange = { question: `${method} ${target}`, genuine, before, merchantId };
    before = genuine;
    const forge = FORGERIES[forged % FORGERIES.length];
    if (isForged) forged += 1;
    const given = isForged && forge !== undefined ? await forge(exchange) : genuine;
    response.writeHead(given.status, given.headers).end(given.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get forged() {
      return forged;
    },
    close: () => closed(server),
  };
}

async function passedOn(api: string, incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return fetch(`${api}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: {
      authorization: incoming.headers.authorization ?? '',
      'content-type': incoming.headers['content-type'] ?? '',
    },
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  });
}

async function answerOf(response: Response): Promise<Answer> {
  const headers = PASSED_ON.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { status: response.status, headers: Object.fromEntries(headers), body: await response.text() };
}
