import type { Option } from './command.ts';

/** Options that several commands have. */

export const MERCHANT: Option = {
  name: 'merchant',
  value: 'ID',
  summary: 'which merchant, with a key for all of them',
};

export const LIMIT: Option = { name: 'limit', value: 'N', summary: 'elements at most; default: all' };

export const YES: Option = { name: 'yes', summary: 'do not ask for confirmation' };
