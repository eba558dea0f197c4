import { pathToFileURL } from 'node:url';

/**
 * One function in a process of its own, as Lambda runs it: one event at a time. The parent sends batches of events. The
 * answer has the processor time that this process used for them, in milliseconds.
 */

/** Events as JSON text, because Lambda's runtime parses them too. */
export interface EventsToServe {
  readonly events: readonly string[];
}

/** What the events cost this process. */
export interface Served {
  readonly cpuMs: number;
  /** Bytes of living objects afterwards. */
  readonly heapBytes: number;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const CONTEXT = { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };

const { handler } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as {
  readonly handler: Handler;
};

async function serve({ events }: EventsToServe): Promise<Served> {
  const before = process.cpuUsage();
  for (const event of events) checkAnswer(JSON.stringify(await handler(JSON.parse(event), CONTEXT)));
  const { user, system } = process.cpuUsage(before);
  globalThis.gc?.();
  return { cpuMs: (user + system) / 1_000, heapBytes: process.memoryUsage().heapUsed };
}

/** A refused request or a failed message would be cheaper than the work to be measured. */
function checkAnswer(answer: string | undefined): void {
  const { statusCode = 200, batchItemFailures = [] } = JSON.parse(answer ?? '{}') as {
    readonly statusCode?: number;
    readonly batchItemFailures?: readonly unknown[];
  };
  if (statusCode >= 300 || batchItemFailures.length > 0) throw new Error(`The function failed: ${answer}`);
}

process.on('message', (message: EventsToServe) => {
  serve(message).then(
    (served) => process.send?.(served),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
