import { TRANSACTION_TYPE } from './content/content-rules.ts';
import { ENDPOINT_ID, KEY_ID, MERCHANT_ID, TRANSACTION_ID } from './id-forms.ts';

/** What ids and names of a form may hold, for people: the `detail` of refusals by the service and by the kits. */

const SENTENCES: readonly (readonly [form: RegExp, sentence: string])[] = [
  [MERCHANT_ID, 'Use 1 to 64 characters of A-Z, a-z, 0-9, _ and -.'],
  [ENDPOINT_ID, 'Use 1 to 64 characters of A-Z, a-z, 0-9, _ and -.'],
  [TRANSACTION_ID, 'Use 1 to 64 characters of A-Z, a-z, 0-9, _, : and -.'],
  [KEY_ID, 'Use 1 to 64 characters of A-Z, a-z and 0-9.'],
  [TRANSACTION_TYPE, 'Use 1 to 32 characters of a-z, 0-9, _ and -. The first is a letter.'],
];

/** @param form a regular expression, or its text as an issue of a schema has it: `/^[a-z]$/` */
export function formSentence(form: RegExp | string): string | undefined {
  return SENTENCES.find(([one]) => String(one) === String(form))?.[1];
}
