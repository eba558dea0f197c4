import { REASON_CODE } from '../../protocol/content/content-rules.ts';
import type { Option } from '../command-line/command.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';

/** Why a transaction ended with its status: a code for programs, and words for people. */

export const REASON: Option = {
  name: 'reason',
  value: 'CODE',
  summary: 'why it ended so: a code, which may have a text: "card_declined: Limit reached"',
};

const FORM = /^([^:]+)(?::\s*(.*))?$/s;

/** The reason as a request has it. @throws CommandFailure if it begins with no code */
export function reasonOf(given: Given): { readonly code: string; readonly message: string } | undefined {
  const text = given.text(REASON.name);
  if (text === undefined) return undefined;
  const [, code = '', message = ''] = FORM.exec(text) ?? [];
  if (REASON_CODE.test(code)) return { code, message };
  throw usageFailure(
    `--reason needs a code, and may have a text after it, not ${text}.`,
    'It looks like card_declined or "card_declined: Limit reached". A code has 1 to 64 letters, digits, _, . or -.',
  );
}
