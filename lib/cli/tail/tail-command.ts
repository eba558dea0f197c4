import { EVENT_FILTER, filterMatches } from '../../protocol/event-names.ts';
import { waitMs } from '../../protocol/http/repeating.ts';
import { matches } from '../../protocol/id-forms.ts';
import { isoTime } from '../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { systemPauses } from '../../receiver/pauses.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import type { Service } from '../connection/service.ts';
import { toneOf } from '../output/colour.ts';
import type { Output } from '../output/output.ts';
import { cutTo, padTo } from '../output/width.ts';
import { createLife, type Life, type LifeEvent } from './life.ts';

const POLL_MS = 2_000;
const PAGE = '100';
/** Transactions that are read again in one look, because an attempt of theirs is due. */
const MAX_DUE = 20;
const STATES = ['pending', 'retrying', 'delivered', 'acknowledged', 'exhausted', 'blocked'] as const;

export const tail: Command = {
  words: ['tail'],
  summary: 'Show life: one line for each outcome and attempt, until Ctrl-C',
  details:
    'It reads deliveries every two seconds. After a broken connection it goes on where it was, so nothing is left out. With ' +
    '--state or --endpoint, only callbacks are shown, and no outcomes.',
  options: [
    MERCHANT,
    { name: 'since', value: 'TIME', summary: 'begin there; default: a minute ago' },
    { name: 'state', value: 'STATE', summary: 'only callbacks in this state', choices: STATES },
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
    { line: 'tidings tail', what: 'What happens now.' },
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
    await followLife({
      service,
      signal,
      now,
      from,
      isOnce: given.has('once'),
      onNews: (news) => {
        if (isWanted(news)) show(output, news);
      },
      onWait: (why, forMs) => {
        output.json({ event: 'waiting', why, forMs });
        output.note(`  ${why} Again in ${(forMs / 1_000).toFixed(1)} s.`);
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

interface Following extends Pick<Tools, 'signal' | 'now'> {
  readonly service: Service;
  /** ISO time at which it begins. */
  readonly from: string;
  readonly isOnce: boolean;
  readonly onNews: (news: LifeEvent) => void;
  readonly onWait: (why: string, forMs: number) => void;
}

async function followLife(following: Following): Promise<void> {
  const { signal, isOnce, onWait } = following;
  const life = createLife();
  let { from } = following;
  for (let failures = 0; !signal.aborted; ) {
    let pauseMs = POLL_MS;
    try {
      from = await look(following, life, from);
      failures = 0;
      if (isOnce) return;
    } catch (error) {
      if (isOnce || !(error instanceof CommandFailure) || error.status !== EXIT.unreachable) throw error;
      failures += 1;
      pauseMs = waitMs({ failures: Math.min(failures, 8) }, systemPauses);
      onWait(error.message, pauseMs);
    }
    await systemPauses.sleep(pauseMs, signal).catch(() => undefined);
  }
}

/** Shows what is new. @returns where the next look begins: before it, no outcome can appear any more */
async function look({ service, now, onNews }: Following, life: Life, from: string): Promise<string> {
  const path = await service.pathOfMerchant('/deliveries');
  const looked = new Set<string>();
  let cursor: string | undefined;
  let watermark = from;
  do {
    const parameters = { limit: PAGE, ...(cursor === undefined ? { from } : { cursor }) };
    const page = await service.ask({ method: 'GET', path, parameters });
    for (const item of Array.isArray(page.items) ? page.items.filter(isObject) : []) {
      looked.add(String(item.transactionId));
      for (const news of life.newsOf(item)) onNews(news);
    }
    if (typeof page.watermark === 'string') watermark = page.watermark;
    cursor = page.hasMore === true ? String(page.nextCursor) : undefined;
  } while (cursor !== undefined);
  const due = life.due(now()).filter((id) => !looked.has(id));
  for (const id of due.slice(0, MAX_DUE)) {
    const found = await service.ask({
      method: 'GET',
      path: await service.pathOfMerchant(`/transactions/${id}`),
    });
    for (const news of life.newsOf(found)) onNews(news);
  }
  return watermark > from ? watermark : from;
}

/** Cells of the columns. A line takes 80 at most. */
const WIDTH = { id: 24, endpoint: 16, type: 24, rest: 18 } as const;

function show(output: Output, news: LifeEvent): void {
  output.json(news);
  if (output.isJson) return;
  if (news.event === 'outcome') {
    const { outcome, type } = news;
    const amount = cutTo(`${String(outcome.amount)} ${String(outcome.currency)}`, WIDTH.rest);
    const id = cell(String(outcome.transactionId), WIDTH.id);
    const tone = toneOf(String(outcome.status));
    output.line(`${timeOf(outcome.listedAt)}  ● ${id} `, [cell(type, WIDTH.type), tone], ` ${amount}`);
    return;
  }
  const { attempt, state, endpointId, transactionId } = news;
  const id = cell(transactionId, WIDTH.id);
  const isGood = state === 'delivered' || state === 'acknowledged';
  const about = `${id} ${cell(endpointId, WIDTH.endpoint)} `;
  const at = timeOf(attempt?.at);
  output.line(
    `${at}  `,
    [isGood ? '✓ ' : '✗ ', toneOf(state)],
    about,
    [state, toneOf(state)],
    answerOf(attempt),
  );
}

function answerOf(attempt: JsonObject | undefined): string {
  if (attempt === undefined) return '';
  const { statusCode, error } = attempt;
  return ` ${cutTo(String(statusCode ?? error ?? ''), 13)}`;
}

function cell(text: string, width: number): string {
  return padTo(cutTo(text, width), width);
}

/** The time of day in UTC. */
function timeOf(time: unknown): string {
  return typeof time === 'string' ? time.slice(11, 19) : '        ';
}
