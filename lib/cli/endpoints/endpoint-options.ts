import { SIGNATURE_CHOICES } from '../../protocol/contract-words.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import type { Option } from '../command-line/command.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { readJsonFile } from '../command-line/json-file.ts';
import { SCHEDULE, scheduleOf } from '../merchants/schedule-option.ts';

/** The settings of an endpoint as options. */
export const SETTINGS: readonly Option[] = [
  { name: 'type', value: 'TYPE', summary: 'event type to send, such as payment.*; repeatable', isList: true },
  { name: 'description', value: 'TEXT', summary: 'what it is for' },
  { name: 'timeout', value: 'MS', summary: 'milliseconds that the receiver has for its answer' },
  SCHEDULE,
  {
    name: 'expect-body',
    value: 'TEXT',
    summary: 'what a 2xx answer must be to count as delivered; repeatable',
    isList: true,
  },
  { name: 'rate', value: 'N', summary: 'requests a second at most, such as 0.5 or 20' },
  {
    name: 'signature',
    value: 'KIND',
    summary: 'v1 (shared secret), v1a (public key) or both',
    choices: SIGNATURE_CHOICES,
  },
  {
    name: 'headers',
    value: 'FILE',
    summary: 'JSON file of names and values to send; null removes one',
  },
];

/** The settings that were given, as a request has them. */
export function settingsOf(given: Given): object {
  const types = given.list('type');
  const timeoutMs = given.number('timeout', { min: 1, max: 1_000_000 });
  const [description, schedule, rate] = [given.text('description'), scheduleOf(given), given.text('rate')];
  const [expectBody, signature, headers] = [
    given.list('expect-body'),
    given.text('signature'),
    given.text('headers'),
  ];
  return {
    ...(types.length > 0 && { types }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(description !== undefined && { description }),
    ...(schedule !== undefined && { schedule }),
    ...(expectBody.length > 0 && { expectBody: expectBody.length === 1 ? expectBody[0] : expectBody }),
    ...(rate !== undefined && { ratePerSecond: rateOf(rate) }),
    ...(signature !== undefined && { signature }),
    ...(headers !== undefined && { headers: headersIn(headers) }),
  };
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && rate > 0) return rate;
  throw usageFailure(`--rate needs requests a second, such as 0.5 or 20, not ${text}.`);
}

/** Values of headers are secrets, so they come from a file and not from the command line. */
function headersIn(path: string): object {
  const headers = readJsonFile(path);
  if (isObject(headers)) return headers;
  throw usageFailure(`${path} holds no headers.`, 'It looks like {"authorization": "Bearer …"}.');
}
