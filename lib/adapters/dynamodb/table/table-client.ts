import type { Clock, Reporter } from '../../../core/runtime/environment.ts';
import { AwsSha256 } from '../../aws-sha256.ts';
import { MAX_SOCKETS } from '../../handler-in-turns.ts';
import { RETRY_MODE } from '../../retry-mode.ts';
import { createTurns, type Turns } from '../../turns.ts';
import { type Documents, openDocuments } from '../documents/open-documents.ts';
import { type ClockCheck, createClockCheck } from './clock-check.ts';

/** The table as the adapters use it. */
export interface Table {
  readonly name: string;
  /** Reads and ordinary writes. The SDK retries throttled and lost requests. */
  readonly documents: Documents;
  /** Writes that carry a stamp: one try without retries in the SDK, because the stamp becomes stale. */
  readonly stamping: Documents;
  /** For `stamping`: a connection is free for a write that is stamped in its turn. A stamp that waits in line becomes stale. */
  readonly stampTurns: Turns;
  /** Maximum milliseconds from stamp to commit. Must be less than a third of the feed lag. */
  readonly stampBoundMs: number;
  readonly clockCheck: ClockCheck;
  readonly clock: Clock;
  /** Receives events about foreign rows and about a clock that is off. */
  readonly reporter: Reporter;
}

const REQUEST_TIMEOUT_MS = 3_000;
const CONNECTION_TIMEOUT_MS = 1_000;
const MAX_ATTEMPTS = 4;
const MAX_STAMP_BOUND_MS = 3_000;

interface TableOptions {
  readonly name: string;
  readonly feedLagSeconds: number;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

export function openTable(options: TableOptions): Table {
  const stampBoundMs = Math.min(MAX_STAMP_BOUND_MS, Math.floor((options.feedLagSeconds * 1000) / 3) - 100);
  const clockCheck = createClockCheck(options);
  const open = (maxAttempts: number) => {
    const documents = openDocuments(
      { maxAttempts, retryMode: RETRY_MODE, sha256: AwsSha256 },
      {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    );
    clockCheck.watch(documents);
    return documents;
  };
  return {
    name: options.name,
    documents: open(MAX_ATTEMPTS),
    stamping: open(1),
    stampTurns: createTurns(MAX_SOCKETS),
    stampBoundMs,
    clockCheck,
    clock: options.clock,
    reporter: options.reporter,
  };
}
