import { OUTCOME_EVENT } from '../../protocol/event-names.ts';
import { MERCHANT_ID, matches } from '../../protocol/id-forms.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import { RECEIVER_SECRET, receiverSecret } from '../receivers/callback-secret.ts';
import { type Check, showCheck } from '../receivers/check.ts';
import { answerOf, isAccepted, type Posted, postCallback } from '../receivers/post-callback.ts';
import { receiverUrl } from '../receivers/receiver-url.ts';
import { playLost } from './lost-callbacks.ts';
import { type MadeUp, madeUpTransaction } from './made-up.ts';
import { createObserver, type Observer, pageOf } from './observing.ts';
import { playCopies, playForgeries, playLate, playReorder, type Stage, withDoubts } from './scenes.ts';

export const trigger: Command = {
  words: ['trigger'],
  summary: 'Send a receiver duplicates, old signatures and forgeries, and judge its answers',
  details:
    'It sends a callback with the bytes and headers of the service, and what you ask for besides: copies, an old signature, an ' +
    'older version after a newer one, forgeries, and one that is lost. The transactions are made up, unless --transaction names ' +
    'one of the service. Then it says what the receiver did, and what to change; status 1 if there is a fault. Answers do not show ' +
    'what was applied: --observe names a page that does, and what cannot be seen is said to be unknown. Use a receiver for tests: ' +
    'it takes these callbacks for real ones.',
  arguments: [{ name: 'type', summary: 'what happened: payment.succeeded, payment.failed, refund.closed' }],
  options: [
    { name: 'forward-to', value: 'URL', summary: 'your receiver' },
    RECEIVER_SECRET,
    { name: 'times', value: 'N', summary: 'how often the callback arrives', default: '1' },
    { name: 'late', value: 'AGE', summary: 'one more, signed so long ago: 10m must be refused, 2m accepted' },
    { name: 'reorder', summary: 'one more as version 2, and then as version 1 with another end' },
    { name: 'forge', summary: 'three that nobody signed: another secret, a changed body, no signature' },
    { name: 'drop', value: 'N', summary: 'callbacks that never arrive' },
    {
      name: 'observe',
      value: 'URL',
      summary: 'a page that shows what was applied, with {transactionId} or {reference} in it',
    },
    { name: 'wait', value: 'TIME', summary: 'how long it may take to apply a callback', default: '1s' },
    {
      name: 'find-within',
      value: 'TIME',
      summary: 'how long it may take to find a callback that was dropped',
      default: '1m',
    },
    { name: 'transaction', value: 'ID', summary: 'a transaction of the service that has ended' },
    MERCHANT,
    { name: 'reference', value: 'ORDER', summary: 'order number of what is made up' },
    { name: 'amount', value: 'N', summary: 'in the minor unit', default: '1999' },
    { name: 'currency', value: 'CODE', summary: 'ISO 4217', default: 'CNY' },
  ],
  conflicts: [
    {
      ignored: ['--wait', '--find-within'],
      without: ['--observe'],
      hint: 'Pass --observe URL: a page to look at.',
    },
    { ignored: ['--find-within'], without: ['--drop'], hint: 'Pass --drop 1: a callback to be found.' },
    {
      ignored: ['--find-within'],
      without: ['--transaction'],
      hint: 'Pass --transaction ID: the service does not know what is made up, so nobody finds it.',
    },
    {
      ignored: ['--reference', '--amount', '--currency'],
      with: '--transaction',
      without: ['--late', '--reorder', '--forge', '--drop'],
      hint: 'The transaction has its own. They are for what is made up.',
    },
  ],
  examples: [
    {
      line: 'tidings trigger payment.succeeded --forward-to http://localhost:3000/hook --secret-file secret.txt --times 2 --late 10m --reorder --forge',
      what: 'Everything, for a receiver in development.',
    },
    {
      line: 'tidings trigger payment.succeeded --forward-to http://localhost:3000/hook --times 3 --observe "http://localhost:3000/orders/{transactionId}" --json',
      what: 'In a test: are copies applied once? Status 1 if not.',
    },
  ],
  async run(given, tools) {
    const url = receiverUrl(given.required('forward-to'));
    const secret = receiverSecret(given, tools);
    if (secret === undefined) {
      throw usageFailure(
        'There is no secret.',
        'Set TIDINGS_LISTEN_SECRET to the secret of your receiver, or pass --secret-file.',
      );
    }
    const stage: Stage = {
      secret,
      now: tools.now,
      madeUp: madeUpOf(given),
      observer: observerOf(given, tools),
      send: senderTo(url, tools),
    };
    const checks = withDoubts(await play(given, tools, stage));
    for (const check of checks) showCheck(tools.output, check);
    return checks.some(({ state }) => state === 'wrong') ? EXIT.failed : EXIT.done;
  },
};

const MAX_COPIES = 100;
/** As endpoints have it unless they choose. */
const TIMEOUT_MS = 10_000;

async function play(given: Given, tools: Tools, stage: Stage): Promise<readonly Check[]> {
  const times = given.number('times', { min: 1, max: MAX_COPIES }) ?? 1;
  const drop = given.number('drop', { min: 1, max: MAX_COPIES });
  if (drop !== undefined && drop > 1 && given.text('transaction') !== undefined)
    throw usageFailure('--transaction names one callback, so --drop can only be 1.');
  const late = given.duration('late');
  const findWithinMs = given.duration('find-within') ?? 0;
  const real = await realTransaction(given, tools);
  const made = () => madeUpTransaction(stage.madeUp, stage.now());
  // A real transaction is either told or lost. What is made up plays the other part.
  const told = real !== undefined && drop === undefined ? real : made();
  const checks = [...(await playCopies(stage, told, times))];
  if (late !== undefined) checks.push(...(await playLate(stage, late)));
  if (given.has('reorder')) checks.push(...(await playReorder(stage)));
  if (given.has('forge')) checks.push(...(await playForgeries(stage)));
  if (drop !== undefined) {
    const lost = real === undefined ? Array.from({ length: drop }, made) : [real];
    checks.push(
      await playLost(lost, {
        isReal: real !== undefined,
        observer: stage.observer,
        findWithinMs,
        output: tools.output,
      }),
    );
  }
  return checks;
}

function senderTo(url: string, { output, signal }: Tools): Stage['send'] {
  let hasAnswered = false;
  return async (scene, transaction, callback) => {
    const posted = await postCallback({ url, ...callback, timeoutMs: TIMEOUT_MS, signal });
    if (!hasAnswered && posted.kind === 'failed' && posted.code !== 'timeout') throw unreachable(url, posted);
    hasAnswered = true;
    const { transactionId, version } = transaction;
    const answer = answerOf(posted);
    output.json({ event: 'sent', scene, transactionId, version, answer, durationMs: posted.durationMs });
    output.line(
      ['→ ', 'quiet'],
      `${scene.padEnd(16)} ${String(transactionId)} ${String(version)}  `,
      [answer, isAccepted(posted) ? 'good' : 'waiting'],
      [`  ${posted.durationMs} ms`, 'quiet'],
    );
    return posted;
  };
}

function unreachable(url: string, posted: Posted): CommandFailure {
  return new CommandFailure(
    EXIT.unreachable,
    'receiver_unreachable',
    `${url} does not answer: ${answerOf(posted)}.`,
    {
      hint: 'Does it run? tidings doctor looks into its name, address and certificate.',
    },
  );
}

function madeUpOf(given: Given): MadeUp {
  const type = given.argument('type');
  if (!matches(OUTCOME_EVENT, type)) {
    throw usageFailure(
      `${type} is no event of an outcome.`,
      'Examples: payment.succeeded, payment.failed, refund.closed.',
    );
  }
  const [transactionType = '', status = ''] = type.split('.');
  const merchantId = given.text('merchant') ?? 'demo';
  if (!matches(MERCHANT_ID, merchantId)) throw usageFailure(`${merchantId} is no merchant's id.`);
  const currency = given.required('currency');
  if (!/^[A-Z]{3}$/.test(currency)) throw usageFailure(`${currency} is no currency.`, 'It looks like CNY.');
  const reference = given.text('reference');
  return {
    merchantId,
    transactionType,
    status: status.toUpperCase(),
    amount: given.number('amount', { min: 0, max: Number.MAX_SAFE_INTEGER - 1 }) ?? 0,
    currency,
    ...(reference !== undefined && { reference }),
  };
}

function observerOf(given: Given, { signal }: Tools): Observer | undefined {
  const template = given.text('observe');
  if (template === undefined) return undefined;
  receiverUrl(pageOf(template, {}));
  return createObserver({ template, waitMs: given.duration('wait') ?? 0, signal });
}

async function realTransaction(given: Given, tools: Tools): Promise<JsonObject | undefined> {
  const id = given.text('transaction');
  if (id === undefined) return undefined;
  const service = await tools.service();
  const path = await service.pathOfMerchant(`/transactions/${encodeURIComponent(id)}`);
  const transaction = await service.ask({ method: 'GET', path });
  if (transaction.status !== 'PENDING') return transaction;
  throw usageFailure(
    `${id} is PENDING: there is no callback of it yet.`,
    'Record its end first: tidings record.',
  );
}
