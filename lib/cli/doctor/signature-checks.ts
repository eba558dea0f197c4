import { randomBytes } from 'node:crypto';
import { TEST_EVENT } from '../../protocol/event-names.ts';
import { isoTime } from '../../protocol/instants.ts';
import { TOLERANCE_SECONDS } from '../../protocol/signing/signature-check.ts';
import { type Check, right, unknown, wrong } from '../receivers/check.ts';
import { answerOf, isAccepted, type Posted } from '../receivers/post-callback.ts';
import { refusalAdvice } from '../receivers/refusal-advice.ts';
import {
  type Callback,
  otherSecret,
  signedCallback,
  withoutSignature,
} from '../receivers/signing-callbacks.ts';

/** What the receiver makes of signatures. All requests are test requests, which have no effect. */

export interface Examined {
  readonly merchantId: string;
  /** Undefined: only what must be refused can be tried. */
  readonly secret: string | undefined;
  readonly now: () => number;
  readonly send: (callback: Callback) => Promise<Posted>;
}

/** The request that the service's own test of an endpoint makes. */
export function testCallback(examined: Examined): Callback {
  return signedTest(examined, compact(contentOf(examined)));
}

/** @param valid the answer to {@link testCallback}, which was sent before */
export async function signatureChecks(
  examined: Examined,
  sent: Callback,
  valid: Posted,
): Promise<readonly Check[]> {
  if (examined.secret === undefined) return [...NOT_TRIED, ...(await refusals(examined))];
  if (!isAccepted(valid))
    return [await refusedBecause(examined, valid), ...(await refusals(examined)).map(doubted)];
  return [
    right('signature', `It accepted a valid test request (${answerOf(valid)}).`),
    await parserCheck(examined),
    ...(await refusals(examined)),
    await oldCheck(examined),
    await duplicateCheck(examined, sent),
  ];
}

const NO_SECRET = 'Set TIDINGS_LISTEN_SECRET to the secret of the endpoint, or pass --secret-file.';
const NOT_TRIED: readonly Check[] = ['signature', 'body_parser', 'old_signature', 'duplicate'].map((code) =>
  unknown(code, 'Not tried without the secret.', code === 'signature' ? NO_SECRET : undefined),
);

function doubted(check: Check): Check {
  return check.state === 'right'
    ? unknown(check.code, `${check.what} But it refuses valid requests too.`)
    : check;
}

function contentOf({ merchantId, now }: Examined) {
  return { type: TEST_EVENT, timestamp: isoTime(now()), data: { merchantId, endpointId: 'ep_doctor' } };
}

type Content = ReturnType<typeof contentOf>;

function signedTest({ secret = otherSecret(), now }: Examined, body: string): Callback {
  return signedCallback(testId(), body, { secret, atMs: now() });
}

function testId(): string {
  return `msg_test${randomBytes(8).toString('hex')}`;
}

/** Forms in which programs write JSON again. The first is that of the service. */
function compact(content: Content): string {
  return JSON.stringify(content);
}

/** Valid JSON that no program writes: spaces, an escape, another order. */
function unusual({ type, timestamp, data }: Content): string {
  const inner = `{"endpointId": "${data.endpointId}" , "merchantId":"${data.merchantId}"}`;
  return `{ "data":${inner},\n "timestamp" :"${timestamp}", "type":"${type.replace('.', '\\u002e')}" }`;
}

const WRITTEN_AGAIN: readonly (readonly [who: string, write: (content: Content) => string])[] = [
  ['with spaces after colons and commas, as json.dumps of Python does', spaced],
  [
    'with sorted keys, as Go does',
    ({ type, timestamp, data }) =>
      JSON.stringify({ data: { endpointId: data.endpointId, merchantId: data.merchantId }, timestamp, type }),
  ],
  ['in several lines', (content) => JSON.stringify(content, null, 2)],
];

function spaced({ type, timestamp, data }: Content): string {
  return `{"type": "${type}", "timestamp": "${timestamp}", "data": {"merchantId": "${data.merchantId}", "endpointId": "${data.endpointId}"}}`;
}

const RAW =
  'Verify the raw bytes, and parse afterwards: express.raw({ type: "*/*" }), request.rawBody, request.get_data(), io.ReadAll(r.Body).';

/** A body that reads the same but is written in no usual way: who parses first, signs another text. */
async function parserCheck(examined: Examined): Promise<Check> {
  const posted = await examined.send(signedTest(examined, unusual(contentOf(examined))));
  return isAccepted(posted)
    ? right('body_parser', 'It verifies the bytes as they came.')
    : wrong(
        'body_parser',
        `It refused a valid body with unusual spaces (${answerOf(posted)}): a parser runs before the verifier.`,
        RAW,
      );
}

/** It refused what is valid. A signature over the body as a parser writes it again shows whether a parser runs first. */
async function refusedBecause(examined: Examined, valid: Posted): Promise<Check> {
  for (const [who, write] of WRITTEN_AGAIN) {
    const content = contentOf(examined);
    const signed = signedTest(examined, write(content));
    if (isAccepted(await examined.send({ ...signed, body: compact(content) }))) {
      return wrong('body_parser', `It parses the body and verifies it written again, ${who}.`, RAW);
    }
  }
  return wrong(
    'signature',
    `It refused a valid test request: ${answerOf(valid)}.`,
    refusalAdvice(valid, 'doctor'),
  );
}

/** What nobody signed. */
async function refusals(examined: Examined): Promise<readonly Check[]> {
  const valid = () => testCallback(examined);
  const forged = testCallback({ ...examined, secret: otherSecret() });
  const checks = [
    await refusalCheck(examined, {
      code: 'forgery',
      what: 'a test request signed with another secret',
      callback: forged,
    }),
  ];
  if (examined.secret !== undefined) {
    const { headers, body } = valid();
    const callback = { headers, body: body.replace('ep_doctor', 'ep_forged') };
    checks.push(
      await refusalCheck(examined, {
        code: 'changed_body',
        what: 'a body that was changed after signing',
        callback,
      }),
    );
  }
  const callback = withoutSignature(valid());
  checks.push(
    await refusalCheck(examined, {
      code: 'no_signature',
      what: 'a test request without a signature',
      callback,
    }),
  );
  return checks;
}

async function oldCheck(examined: Examined): Promise<Check> {
  const { secret = '', now } = examined;
  const body = compact(contentOf(examined));
  const callback = signedCallback(testId(), body, { secret, atMs: now() - 2 * TOLERANCE_SECONDS * 1_000 });
  return refusalCheck(examined, { code: 'old_signature', what: 'a signature of ten minutes ago', callback });
}

interface Refusable {
  readonly code: string;
  readonly what: string;
  readonly callback: Callback;
}

async function refusalCheck({ send }: Examined, { code, what, callback }: Refusable): Promise<Check> {
  const posted = await send(callback);
  if (isAccepted(posted)) {
    const change =
      code === 'old_signature'
        ? 'Refuse a webhook-timestamp that is over five minutes old: otherwise a recorded callback can be played again.'
        : 'Verify webhook-signature before anything else, and answer 401 if it is wrong. Anybody can send such a request.';
    return wrong(code, `It accepted ${what} (${answerOf(posted)}).`, change);
  }
  return posted.kind === 'answered' && posted.status >= 400 && posted.status < 500
    ? right(code, `It refused ${what} (${answerOf(posted)}).`)
    : unknown(
        code,
        `It answered ${answerOf(posted)} to ${what}: this is no refusal, but a failure.`,
        'Answer 401.',
      );
}

async function duplicateCheck({ send }: Examined, sent: Callback): Promise<Check> {
  const posted = await send(sent);
  return isAccepted(posted)
    ? right('duplicate', 'It answered 2xx to a request that it had already.')
    : wrong(
        'duplicate',
        `It refused a request that it had already (${answerOf(posted)}).`,
        'Answer 2xx to a callback that you have, and do nothing: otherwise it comes again and again.',
      );
}
