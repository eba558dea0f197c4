import { createGate } from '../../lib/adapters/dynamodb/dynamodb-gate.ts';
import { createQueryLimit, type QueryLimit } from '../../lib/core/query/query-limit.ts';
import type { ApiService } from '../wiring/api-service.ts';

/** Limits how many large queries one merchant runs at a time. */
export const limitOfQueries = (service: ApiService): QueryLimit =>
  createQueryLimit({ ...service, gate: createGate(service.table, service.random) });
