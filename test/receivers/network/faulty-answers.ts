import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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
  /** The genuine, signed answer to another question: that there is no such transaction. */
  readonly elsewhere: Answer;
  readonly merchantId: string;
}

const PASSED_ON = ['content-type', 'retry-after', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
/** Of the other questions, every third is answered by somebody else. A receiver asks at least three times. */
const FORGED_EVERY = 3;

const ELSEWHERE = '/v1/transactions/no-such-transaction';
const NOTHING = { status: 404, code: 'unknown_transaction', title: 'There is no such transaction.' };

type Forgery = (exchange: Exchange) => Answer | Promise<Answer>;

/** "There is no such transaction", as a proxy, an eavesdropper or another merchant could say it. */
const DENIALS: readonly Forgery[] = [
  ({ question, merchantId }) => ({
    status: 404,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ merchantId, request: question, asOf: new Date().toISOString(), ...NOTHING }),
  }),
  ({ elsewhere }) => elsewhere,
  ({ question, merchantId }) => {
    const answer = { status: 404, merchantId, request: question, content: NOTHING };
    return answerOf(signedAnswer(answer, { merchantSecrets: newSecret() }));
  },
];

/** What else somebody without the merchant's secret could answer. */
const FORGERIES: readonly Forgery[] = [
  () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Please log in</p>' }),
  ({ genuine }) => ({ ...genuine, body: genuine.body.replace('"items":[', '"items":[],"others":[') }),
  ({ elsewhere }) => elsewhere,
  () => ({ status: 302, headers: { location: '/v1/public-keys' }, body: '' }),
];

/**
 * A network between a receiver and the service. The first question about each transaction gets a denial that is not the
 * service's, and every third of the others another forgery.
 */
export async function openFaultyAnswers(api: string, merchantId: string): Promise<FaultyAnswers> {
  const asked: string[] = [];
  let forged = 0;

  const forgeryFor = (target: string): Forgery | undefined => {
    const isAbout = /^\/v1\/transactions\/[^/?]+$/.test(target);
    const isFirst = asked.indexOf(target) === asked.length - 1;
    if (isAbout ? !isFirst : asked.length % FORGED_EVERY !== 0) return undefined;
    forged += 1;
    const choice = isAbout ? DENIALS : FORGERIES;
    return choice[forged % choice.length];
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url: target = '/' } = incoming;
    asked.push(target);
    const forge = forgeryFor(target);
    const { authorization = '' } = incoming.headers;
    const genuine = await answerOf(await passedOn(api, incoming));
    const elsewhere = await answerOf(await fetch(`${api}${ELSEWHERE}`, { headers: { authorization } }));
    const exchange = { question: `${method} ${target}`, genuine, elsewhere, merchantId };
    const given = forge === undefined ? genuine : await forge(exchange);
    response.writeHead(given.status, given.headers).end(given.body);
  };
  // A question may be under way when the service ends.
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
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
