import { readFileSync } from 'node:fs';
import { MERCHANT_ID, matches } from '../../protocol/id-forms.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { RECEIVER_SECRET, receiverSecret } from '../receivers/callback-secret.ts';
import { type Check, showCheck, unknown } from '../receivers/check.ts';
import { postCallback } from '../receivers/post-callback.ts';
import { receiverUrl } from '../receivers/receiver-url.ts';
import { connectCheck, formCheck, nameChecks } from './address-checks.ts';
import { answerChecks, isRedirect } from './answer-checks.ts';
import { certificateCheck } from './certificate-check.ts';
import { type Examined, signatureChecks, testCallback } from './signature-checks.ts';

export const doctor: Command = {
  words: ['doctor'],
  summary: 'Check a receiver from its DNS name to its signatures, and say what to change',
  details:
    'It looks at the URL and its addresses by the rules of the service, at the certificate, and at what the receiver answers. All ' +
    'requests are test requests, as POST …/endpoints/{endpointId}/test sends them: a receiver answers 2xx, and does nothing. ' +
    'Each line is right (✓), a fault (✗, status 1) or not to be known from here (?). It sees what this machine sees: another ' +
    'network may have other names and firewalls.',
  arguments: [{ name: 'url', summary: 'the receiver, as it is registered' }],
  options: [
    RECEIVER_SECRET,
    { name: 'timeout', value: 'TIME', summary: 'timeoutMs of the endpoint', default: '10s' },
    { name: 'merchant', value: 'ID', summary: 'merchant in the test requests', default: 'demo' },
    {
      name: 'ca-file',
      value: 'FILE',
      summary: 'an authority of your tests, which the service does not trust',
    },
  ],
  examples: [
    {
      line: 'tidings doctor https://shop.example/hook --secret-file secret.txt',
      what: 'Before the endpoint is registered, or when deliveries fail.',
    },
    {
      line: 'tidings doctor http://localhost:3000/hook --json',
      what: 'In development, without the secret, for a script.',
    },
  ],
  async run(given, tools) {
    const text = given.argument('url');
    let isWrong = false;
    for await (const check of examination(text, given, tools)) {
      showCheck(tools.output, check);
      isWrong ||= check.state === 'wrong';
    }
    return isWrong ? EXIT.failed : EXIT.done;
  },
};

/** From the outside in. Where nothing can be reached, what is behind it is not known. */
async function* examination(text: string, given: Given, tools: Tools): AsyncIterable<Check> {
  const url = calledUrl(text);
  const trusted = trustedOf(given);
  const timeoutMs = timeoutOf(given);
  const examined = examinedOf(given, tools, { url: url.href, timeoutMs, trusted });
  yield formCheck(text);
  const { checks, addresses } = await nameChecks(url.hostname.replace(/^\[|\]$/g, ''));
  yield* checks;
  if (addresses.length === 0) return yield* behind('connect', 'tls', 'answer', 'signature');
  const connection = await connectCheck(url, addresses);
  yield connection.check;
  if (!connection.isReached) return yield* behind('tls', 'answer', 'signature');
  const certificate = await certificateCheck({ url, trusted, nowMs: tools.now() });
  yield certificate;
  if (certificate.state === 'wrong') return yield* behind('answer', 'signature');
  const sent = testCallback(examined);
  const posted = await examined.send(sent);
  yield* answerChecks(posted, { timeoutMs, nowMs: tools.now() });
  // Without an answer of the receiver itself, nothing is known of what it makes of signatures.
  if (posted.kind === 'failed' || isRedirect(posted)) return yield* behind('signature');
  yield* await signatureChecks(examined, sent, posted);
}

/** Without user name and password, which the service would not send. */
function calledUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) return new URL(receiverUrl(text));
  url.username = '';
  url.password = '';
  return new URL(receiverUrl(url.href));
}

function* behind(...codes: readonly string[]): Iterable<Check> {
  for (const code of codes) yield unknown(code, 'Not looked at: correct what is above first.');
}

interface Reached {
  readonly url: string;
  readonly timeoutMs: number;
  readonly trusted: readonly string[];
}

function examinedOf(given: Given, tools: Tools, reached: Reached): Examined {
  const merchantId = given.required('merchant');
  if (!matches(MERCHANT_ID, merchantId)) throw usageFailure(`${merchantId} is no merchant's id.`);
  const { now, signal } = tools;
  return {
    merchantId,
    secret: receiverSecret(given, tools),
    now,
    send: (callback) => postCallback({ ...reached, ...callback, signal }),
  };
}

function timeoutOf(given: Given): number {
  const ms = given.duration('timeout') ?? 0;
  if (ms >= 1_000 && ms <= 30_000) return ms;
  throw usageFailure('--timeout needs 1s to 30s, as an endpoint has it.');
}

function trustedOf(given: Given): readonly string[] {
  const file = given.text('ca-file');
  if (file === undefined) return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${(error as Error).message}`);
  }
}
