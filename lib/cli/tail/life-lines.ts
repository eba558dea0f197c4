import type { JsonObject } from '../../protocol/json/json-values.ts';
import { toneOf } from '../output/colour.ts';
import type { Part } from '../output/output.ts';
import { cutTo, fitTo } from '../output/width.ts';
import { amountOf } from '../transactions/transaction-columns.ts';
import type { LifeEvent } from './life.ts';

/** One line for each outcome and attempt, in 80 columns: for `tidings tail`, and for the demo of `npm start`. */

/** Cells of the columns. */
const WIDTH = { id: 18, type: 20, amount: 15, order: 12, endpoint: 12, answer: 17 } as const;

/** @param nowMs to say how long it is until the next attempt */
export function lineOf(news: LifeEvent, nowMs: number): readonly Part[] {
  if (news.event === 'outcome') return outcomeLine(news.outcome, news.type);
  const { attempt, state, endpointId, transactionId, nextAttemptAt } = news;
  const tone = toneOf(state);
  const isGood = state === 'delivered' || state === 'acknowledged';
  return [
    `${timeOf(attempt?.at ?? new Date(nowMs).toISOString())}  `,
    [isGood ? '✓ ' : '✗ ', tone],
    `${fitTo(transactionId, WIDTH.id)} ${fitTo(endpointId, WIDTH.endpoint)} `,
    [state, tone],
    answerOf(attempt),
    [nextAttemptAt === undefined ? '' : ` ${inTime(Date.parse(nextAttemptAt) - nowMs)}`, 'quiet'],
  ];
}

function outcomeLine(outcome: JsonObject, type: string): readonly Part[] {
  const { transactionId, listedAt, status, reference } = outcome;
  const money = amountOf(outcome) ?? '';
  const order = typeof reference === 'string' ? reference : '';
  return [
    `${timeOf(listedAt)}  ● ${fitTo(String(transactionId), WIDTH.id)} `,
    [fitTo(type, WIDTH.type), toneOf(String(status))],
    ` ${cutTo(money, WIDTH.amount).padStart(WIDTH.amount)}`,
    [order === '' ? '' : ` ${cutTo(order, WIDTH.order)}`, 'quiet'],
  ];
}

function answerOf(attempt: JsonObject | undefined): string {
  if (attempt === undefined) return '';
  const { statusCode, error } = attempt;
  return ` ${cutTo(String(statusCode ?? error ?? ''), WIDTH.answer)}`;
}

function inTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `in ${seconds} s`;
  return seconds < 5_400 ? `in ${Math.round(seconds / 60)} min` : `in ${Math.round(seconds / 3_600)} h`;
}

/** The time of day in UTC. */
export function timeOf(time: unknown): string {
  return typeof time === 'string' ? time.slice(11, 19) : '        ';
}
