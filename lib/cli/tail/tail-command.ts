import { NOTIFICATION_STATES } from '../../protocol/contract-words.ts';
import { EVENT_FILTER, filterMatches } from '../../protocol/event-names.ts';
import { matches } from '../../protocol/id-forms.ts';
import { isoTime } from '../../protocol/instants.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import type { Part } from '../output/output.ts';
import { followLife } from './follow-life.ts';
import type { LifeEvent } from './life.ts';
import { createLifeCounts } from './life-counts.ts';
import { lineOf, timeOf } from './life-lines.ts';

export const tail: Command = {
  words: ['tail'],
  summary: 'Follow what happens to one merchant: a line for each outcome and attempt',
  details:
    'It shows one merchant, and ends with Ctrl-C. It reads deliveries every two seconds, or more often while something happens. Times are UTC. After a broken connection it goes on where it was, so nothing is left out. With ' +
    '--state or --endpoint, only callbacks are shown, and no outcomes.',
  options: [
    MERCHANT,
    { name: 'since', value: 'TIME', summary: 'begin there; default: a minute ago' },
    { name: 'state', value: 'STATE', summary: 'only callbacks in this state', choices: NOTIFICATION_STATES },
    { name: 'endpoint', value: 'ID', summary: 'only callbacks to this endpoint' },
    {
      name: 'type',
      value: 'TYPE',
      summary: 'only these events, such as payment.*; repeatable',
      isList: true,
    },
    { name: 'once', summary: 'end when everything was shown' },
  ],
  examples: [
    { line: 'tidings tail', what: "What happens now, of the key's merchant or the demo's." },
    { line: 'tidings tail --merchant shop-7', what: 'Of another merchant, with a key for all of them.' },
    {
      line: 'tidings tail --since 1h --state exhausted --once --json',
      what: 'What was given up, for a script.',
    },
  ],
  async run(given, tools) {
    const { now, output, signal } = tools;
    const service = await tools.service();
    const isWanted = filterOf(given);
    const from = given.time('since', now()) ?? isoTime(now() - 60_000);
    const counts = createLifeCounts();
    // Known after the first answer: the service may be away when a tail starts.
    let whose = service.connection.api;
    const showFooter = (state: Part) =>
      output.footer([[state, `  ${whose} · `, ...counts.parts(), [' · Ctrl-C ends', 'quiet']]]);
    await followLife({
      service,
      signal,
      now,
      from,
      isOnce: given.has('once'),
      onNews: (news) => {
        if (!isWanted(news)) return;
        counts.add(news);
        output.json(news);
        output.line(...lineOf(news, now()));
      },
      // The time of the last answer, so that a tail without a connection can be told from an idle one.
      onLook: (merchantId) => {
        whose = `merchant ${merchantId}`;
        showFooter(`${timeOf(isoTime(now()))} UTC`);
      },
      onWait: (why, forMs) => {
        output.json({ event: 'waiting', why, forMs });
        output.note(`  ${why} Again in ${(forMs / 1_000).toFixed(1)} s.`);
        showFooter(['no connection', 'bad']);
      },
    });
    return signal.aborted ? EXIT.interrupted : EXIT.done;
  },
};

function filterOf(given: Given): (news: LifeEvent) => boolean {
  const [state, endpointId, types] = [given.text('state'), given.text('endpoint'), given.list('type')];
  const wrong = types.find((type) => !matches(EVENT_FILTER, type));
  if (wrong !== undefined) {
    throw usageFailure(`${wrong} is no event type.`, 'Examples: payment.succeeded, payment.*');
  }
  return (news) => {
    if (types.length > 0 && !types.some((filter) => filterMatches(filter, news.type))) return false;
    if (news.event === 'outcome') return state === undefined && endpointId === undefined;
    return (
      (state === undefined || news.state === state) &&
      (endpointId === undefined || news.endpointId === endpointId)
    );
  };
}
