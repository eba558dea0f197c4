import { AWS_CALL_MS, MB_OF_ONE_PROCESSOR, PRICES } from '../prices.ts';
import { type Stage, sumOf, type Used } from './meter.ts';

/** One line of a bill: the quantity for one notification, and dollars for a million notifications. */
export interface Line {
  readonly what: string;
  readonly quantity: number;
  readonly perMillion: number;
}

export const GB_SECONDS = 'Lambda GB-seconds';

/** Parallel table calls of each stage, as its code limits them. */
const SIDE_BY_SIDE: Readonly<Record<Stage, number>> = {
  record: 1,
  relay: 1,
  count: 50,
  deliver: 10,
  sweep: 4,
  close: 4,
  audit: 8,
  statement: 4,
};
/** Batches that the relay sends in parallel. */
const SENT_AT_ONCE = 4;
const MILLION = 1e6;
const BYTES_OF_GB = 1e9;

export interface BillOptions {
  readonly memoryMb: (stage: Stage) => number;
  /** Milliseconds until the receiver answers. */
  readonly receiverMs: number;
}

/**
 * Milliseconds that Lambda would bill: the processor time of this machine, scaled to the share of a processor that the
 * memory buys, plus the waits. Assumes that nothing overlaps and rounds up every invocation.
 */
export function billedMs(stage: Stage, used: Used, options: BillOptions): number {
  const stretch = Math.max(1, MB_OF_ONE_PROCESSOR / options.memoryMb(stage));
  const calls =
    used.tableCalls / SIDE_BY_SIDE[stage] + (stage === 'relay' ? used.sqsRequests / SENT_AT_ONCE : 0);
  const receiverMs = stage === 'deliver' ? options.receiverMs : 0;
  return used.processorMs * stretch + calls * AWS_CALL_MS + used.invocations * (receiverMs + 1);
}

/** The bill of one notification, from what it used in each stage. */
export function billOf(perNotification: ReadonlyMap<Stage, Used>, options: BillOptions): readonly Line[] {
  const total = sumOf(perNotification.values());
  const gbSeconds = [...perNotification].reduce((sum, [stage, used]) => {
    return sum + (billedMs(stage, used, options) / 1000) * (options.memoryMb(stage) / 1024);
  }, 0);
  const httpRequests = perNotification.get('record')?.invocations ?? 0;
  const line = (what: string, quantity: number, price: number): Line => ({
    what,
    quantity,
    perMillion: quantity * price * MILLION,
  });
  return [
    line('HTTP API requests', httpRequests, PRICES.httpApiRequest),
    line('write units', total.writeUnits, PRICES.writeUnit),
    line('read units', total.readUnits, PRICES.readUnit),
    line('SQS requests, fair', total.sqsRequests, PRICES.sqsRequest + PRICES.sqsFairRequest),
    line('schedules', total.schedules, PRICES.schedule),
    line('Lambda invocations', total.invocations, PRICES.lambdaRequest),
    line(GB_SECONDS, gbSeconds, PRICES.lambdaGbSecond),
    line('log bytes', total.logBytes, PRICES.logsGb / BYTES_OF_GB),
    line('statement files', total.filePuts, PRICES.filePut),
  ];
}

export function priceOf(bill: readonly Line[]): number {
  return bill.reduce((sum, { perMillion }) => sum + perMillion, 0);
}
