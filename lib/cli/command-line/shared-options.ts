import type { Option } from './command.ts';

/** Options that several commands have. */

export const MERCHANT: Option = {
  name: 'merchant',
  value: 'ID',
  summary: "which merchant; default: the key's own, then the profile's, then demo of npm start",
};

/** For commands that are about all merchants unless one is named. */
export const ONE_MERCHANT: Option = {
  name: 'merchant',
  value: 'ID',
  summary: 'only this one; default: all that the key may see',
};

export const LIMIT: Option = { name: 'limit', value: 'N', summary: 'elements at most; default: all' };

export const YES: Option = { name: 'yes', summary: 'do not ask for confirmation' };
