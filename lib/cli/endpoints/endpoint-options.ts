import type { Option } from '../command-line/command.ts';
import type { Given } from '../command-line/given.ts';

/** The settings of an endpoint as options. */
export const SETTINGS: readonly Option[] = [
  { name: 'type', value: 'TYPE', summary: 'event type to send, such as payment.*; repeatable', isList: true },
  { name: 'description', value: 'TEXT', summary: 'what it is for' },
  { name: 'timeout', value: 'MS', summary: 'milliseconds that the receiver has for its answer' },
  {
    name: 'schedule',
    value: 'NAME',
    summary: 'when failed callbacks are tried again: a preset such as standard',
  },
  { name: 'expect-body', value: 'TEXT', summary: 'what a 2xx answer must contain to count as delivered' },
];

/** The settings that were given, as a request has them. */
export function settingsOf(given: Given): object {
  const types = given.list('type');
  const timeoutMs = given.number('timeout', { min: 1, max: 1_000_000 });
  const [description, schedule, expectBody] = [
    given.text('description'),
    given.text('schedule'),
    given.text('expect-body'),
  ];
  return {
    ...(types.length > 0 && { types }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(description !== undefined && { description }),
    ...(schedule !== undefined && { schedule }),
    ...(expectBody !== undefined && { expectBody }),
  };
}
