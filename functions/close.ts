import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { parseConfig } from '../lib/adapters/config.ts';
import { closePartition } from '../lib/core/bookkeeping/close.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { deadlineOf, openBookkeeping, reportMark } from './wiring/bookkeeping.ts';

const service = openBookkeeping('close');
const { windowSeconds } = parseConfig(process.env, ['windowSeconds']);
const ports = { ...service, ...service.config, windowSeconds };

/** Every minute: the windows that ended a feed lag ago, of every merchant of the directory. */
export const handler = middy().handler(async (_event: unknown, context: Context) => {
  const deadlineMs = deadlineOf(context);
  const marks = await forEachPartition((partition) => closePartition(ports, { partition, deadlineMs }));
  reportMark(ports, 'closed', marks);
});
