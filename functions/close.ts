import middy from '@middy/core';
import { parseConfig } from '../lib/adapters/config.ts';
import { closePartition } from '../lib/core/close.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { openBookkeeping } from './wiring/bookkeeping.ts';

const service = openBookkeeping('close');
const { windowSeconds } = parseConfig(process.env, ['windowSeconds']);
const ports = { ...service, ...service.config, windowSeconds };

/** Every minute: the windows that ended a feed lag ago, of every merchant of the directory. */
export const handler = middy().handler(async () => {
  await forEachPartition((partition) => closePartition(ports, partition));
});
