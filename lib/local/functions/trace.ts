import { createHash, randomBytes } from 'node:crypto';

/**
 * The trace header of AWS, as far as loop detection needs it. Lambda counts in it how often each function ran in one chain of
 * requests. SDK clients send it with each request, SQS keeps it with a message, and Lambda passes it on to the function that
 * receives the message.
 *
 * Source: Lambda developer guide, "Use Lambda recursive loop detection to prevent infinite loops".
 *
 * @example Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:3
 */

/** Lambda stops a function when it was invoked about 16 times in one chain. */
export const MAX_INVOCATIONS_IN_CHAIN = 16;

/** How often a function was invoked in the chain of a trace header. */
export function invocationsInChain(traceHeader: string | undefined, functionArn: string): number {
  return lineageOf(traceHeader).get(lineageName(functionArn)) ?? 0;
}

/** The trace header for the next invocation of a function: the same chain, with this invocation counted. */
export function nextTraceHeader(traceHeader: string | undefined, functionArn: string): string {
  const lineage = new Map(lineageOf(traceHeader));
  const name = lineageName(functionArn);
  lineage.set(name, (lineage.get(name) ?? 0) + 1);
  const root = fieldOf(traceHeader, 'Root') ?? newRoot();
  const counts = [...lineage].map(([one, count]) => `${one}:${count}`).join('|');
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0;Lineage=1:${counts}`;
}

function lineageOf(traceHeader: string | undefined): ReadonlyMap<string, number> {
  const [, entries = ''] = /^1:(.*)$/.exec(fieldOf(traceHeader, 'Lineage') ?? '') ?? [];
  return new Map(
    entries.split('|').flatMap((entry) => {
      const [, name, count] = /^([0-9a-f]{8}):(\d{1,5})$/.exec(entry) ?? [];
      return name === undefined ? [] : [[name, Number(count)] as const];
    }),
  );
}

function fieldOf(traceHeader: string | undefined, name: string): string | undefined {
  const prefix = `${name}=`;
  return traceHeader
    ?.split(';')
    .map((field) => field.trim())
    .find((field) => field.startsWith(prefix))
    ?.slice(prefix.length);
}

function lineageName(functionArn: string): string {
  return createHash('sha256').update(functionArn).digest('hex').slice(0, 8);
}

function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(12).toString('hex')}`;
}
