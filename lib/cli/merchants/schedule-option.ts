import { SCHEDULE_PRESETS } from '../../protocol/contract-words.ts';
import type { Option } from '../command-line/command.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';

/** The schedule of a merchant or of an endpoint: a preset's name, or delays of its own. */

export const SCHEDULE: Option = {
  name: 'schedule',
  value: 'WHEN',
  summary: `when failed callbacks are tried again: ${SCHEDULE_PRESETS.join(', ')}, or delays in seconds: 15,60,600`,
};

const DELAYS = /^\d{1,9}(\s*,\s*\d{1,9})*$/;

/** The schedule as a request has it; undefined if none was given. The service knows how many delays there may be. */
export function scheduleOf(given: Given): string | readonly number[] | undefined {
  const text = given.text('schedule');
  if (text === undefined || SCHEDULE_PRESETS.some((name) => name === text)) return text;
  if (DELAYS.test(text)) return text.split(',').map(Number);
  throw usageFailure(
    `There is no schedule ${text}.`,
    `Schedules: ${SCHEDULE_PRESETS.join(', ')}, or delays in seconds, such as 15,60,600.`,
  );
}
