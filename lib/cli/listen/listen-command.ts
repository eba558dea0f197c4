import { randomBytes } from 'node:crypto';
import { EVENT_FILTER } from '../../protocol/event-names.ts';
import { matches } from '../../protocol/id-forms.ts';
import { isoTime } from '../../protocol/instants.ts';
import { secretBytes, secretText } from '../../protocol/signing/webhook-keys.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import type { Output, Part } from '../output/output.ts';
import { cutTo, fitTo } from '../output/width.ts';
import { receiverUrl } from '../receivers/receiver-url.ts';
import { followFeed, type ListenNews } from './follow-feed.ts';
import { type ListenerState, openListenerFile } from './listener-file.ts';

const SECRET_BYTES = 32;

export const listen: Command = {
  words: ['listen'],
  summary: "Forward each of a merchant's outcomes to your receiver, signed; miss none",
  details:
    'It follows the feed from where it stopped: what happened while it was stopped, asleep or offline comes first. It needs ' +
    'no tunnel, and no endpoint. Callbacks have the same bytes and headers as those of the service, and are signed with a ' +
    'secret of the listener, which it prints, or with yours in TIDINGS_LISTEN_SECRET. A receiver that does not answer 2xx ' +
    'stops the line, and is asked again. Outcomes come as late as the feed, a few seconds; callbacks that somebody sends ' +
    'again within an hour come again too.',
  options: [
    MERCHANT,
    { name: 'forward-to', value: 'URL', summary: 'your receiver' },
    {
      name: 'since',
      value: 'TIME',
      summary: 'begin there, and forget the stored place; default: go on, or now',
    },
    {
      name: 'type',
      value: 'TYPE',
      summary: 'only these events, such as payment.*; repeatable',
      isList: true,
    },
    { name: 'once', summary: 'end when everything was forwarded' },
  ],
  examples: [
    {
      line: 'tidings listen --forward-to http://localhost:3000/hook',
      what: 'Until Ctrl-C. Start it again later: it goes on.',
    },
    {
      line: 'tidings listen --forward-to http://localhost:3000/hook --since 1h --once --json',
      what: 'The last hour, for a script.',
    },
  ],
  async run(given, tools) {
    const { env, signal, now } = tools;
    const url = receiverUrl(given.required('forward-to'));
    const types = given.list('type');
    const wrong = types.find((type) => !matches(EVENT_FILTER, type));
    if (wrong !== undefined)
      throw usageFailure(`${wrong} is no event type.`, 'Examples: payment.succeeded, payment.*');
    const service = await tools.service();
    const merchantId = await service.merchantId();
    const since = given.time('since', now());
    const file = openListenerFile({ env, api: service.connection.api, merchantId, forwardTo: url });
    try {
      const read = file.read();
      if (read === 'damaged' && since === undefined) throw placeLost();
      const stored = read === 'damaged' ? undefined : read;
      const secret = secretOf(env.TIDINGS_LISTEN_SECRET, stored);
      const state: ListenerState =
        since === undefined
          ? { accepted: [], cursor: undefined, ...stored, from: stored?.from ?? soonBefore(now()), secret }
          : { accepted: [], cursor: undefined, from: since, secret };
      await refuseUnfollowable(service, state);
      file.write(state);
      introduce(tools, {
        url,
        merchantId,
        secret: state.secret,
        isGoingOn: since === undefined && stored !== undefined,
      });
      await followFeed({
        service,
        receiver: { url, secret: state.secret, now, signal },
        file,
        state,
        types,
        isOnce: given.has('once'),
        onNews: newsShower(tools, url),
      });
      return signal.aborted ? EXIT.interrupted : EXIT.done;
    } finally {
      file.unlock();
    }
  },
};

/**
 * Asks for the first outcome: before anything is kept and a secret is shown, it is known whether there is such a merchant, and
 * whether its feed can begin there.
 *
 * @throws CommandFailure if the service refuses. One that is away is waited for later
 */
async function refuseUnfollowable(service: Service, { cursor, from }: ListenerState): Promise<void> {
  const path = await service.pathOfMerchant('/transactions');
  const parameters = { limit: '1', ...(cursor === undefined ? { from } : { cursor }) };
  try {
    await service.ask({ method: 'GET', path, parameters });
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.status !== EXIT.unreachable) throw error;
  }
}

/** A first listener begins a little before now, because the feed is that late. */
const FEED_SLACK_MS = 60_000;
const soonBefore = (nowMs: number) => new Date(nowMs - FEED_SLACK_MS).toISOString();

/** To begin now would skip what happened since the last callback. */
const placeLost = () =>
  usageFailure(
    'The file that holds the place in the feed is damaged.',
    'Say where to begin: --since, with a time before the last callback that your receiver got.',
  );

function secretOf(given: string | undefined, stored: ListenerState | undefined): string {
  if (given === undefined || given === '') return stored?.secret ?? secretText(randomBytes(SECRET_BYTES));
  if (secretBytes(given) !== undefined) return given;
  throw usageFailure('TIDINGS_LISTEN_SECRET must be whsec_ and 24 to 64 bytes in base64.');
}

interface Introduction {
  readonly merchantId: string;
  readonly url: string;
  readonly secret: string;
  readonly isGoingOn: boolean;
}

function introduce({ output }: Tools, { url, merchantId, secret, isGoingOn }: Introduction): void {
  output.note(`Forwarding outcomes of merchant ${merchantId} to ${url}. Ctrl-C ends.`);
  if (isGoingOn) output.note('It goes on where the last one stopped.');
  output.note(`Verify with this secret: ${secret}`);
}

/** A line for each callback, and one at the bottom with the time of the last answer, so that a listener without a connection can be told from an idle one. */
function newsShower({ output, now }: Tools, url: string): (news: ListenNews) => void {
  let forwarded = 0;
  const showFooter = (state: Part) =>
    output.footer([[state, `  to ${url} · ${forwarded} forwarded`, [' · Ctrl-C ends', 'quiet']]]);
  return (news) => {
    output.json(news);
    const at = `${isoTime(now()).slice(11, 19)}`;
    if (news.event === 'waiting') {
      output.note(`  ${news.why}; again in ${(news.forMs / 1_000).toFixed(1)} s`);
      showFooter([`waiting since ${at} UTC`, 'bad']);
      return;
    }
    if (news.event === 'refused') {
      output.note(`  Callbacks that were sent again cannot be read now: ${news.why}`);
      return;
    }
    if (news.event === 'forwarded') {
      if (news.isAccepted) forwarded += 1;
      showForwarded(output, news, at);
    }
    showFooter(`${at} UTC`);
  };
}

type ForwardedNews = Extract<ListenNews, { event: 'forwarded' }>;

function showForwarded(output: Output, news: ForwardedNews, at: string): void {
  const { transactionId, type, isAccepted, isAgain, answer, durationMs } = news;
  const tone = isAccepted ? 'good' : 'bad';
  output.line(
    `${at}  `,
    [isAccepted ? '✓ ' : '✗ ', tone],
    `${fitTo(transactionId, 20)} ${fitTo(type, 20)} `,
    [cutTo(answer, 10), tone],
    [` ${durationMs} ms${isAgain ? ', again' : ''}`, 'quiet'],
  );
}
