import middy from '@middy/core';
import { parseConfig } from '../lib/adapters/config.ts';
import { closePartition } from '../lib/core/close.ts';
import { PARTITIONS } from '../lib/core/sweep.ts';
import { openBookkeeping } from './wiring/bookkeeping.ts';

const service = openBookkeeping('close');
const { windowSeconds } = parseConfig(process.env, ['windowSeconds']);

/** Every minute: the windows that ended a feed lag ago, of every merchant of the directory. */
export const handler = middy().handler(async () => {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await closePartition({ ...service, ...service.config, windowSeconds }, partition);
  }
});
