import { AwsFault } from '../../aws/aws-fault.ts';
import { sha256Hex } from '../../aws/signature.ts';
import { messageOf } from '../../errors.ts';
import type { Call } from '../../iam/callers/caller.ts';
import type { TableInput } from '../../iam/calls/partition-values.ts';
import type { Guard } from '../../iam/guard.ts';
import type { TableFault, TableFaults } from './table-faults.ts';
import type { TableRequest } from './table-request.ts';

/** Why a request must not pass. */
export interface Refusal {
  readonly fault: AwsFault;
  /** The caller is not known: it gets no second request on this connection. */
  readonly isStranger: boolean;
  /** More members of the answer's body. */
  readonly details?: TableFault['details'];
}

/** What decides about a request. */
export interface Judges {
  readonly guard: Guard;
  /** What a request does. */
  calls(operation: string, input: TableInput): readonly Call[];
  /** Faults of the service itself. They strike functions only: the administrator is the cloud's own reading and repair. */
  readonly faults?: TableFaults;
}

/** Why a request must not pass; `undefined` if it may. */
export function refusalOf(
  { frame: { head, body }, operation, input }: TableRequest,
  { guard, calls, faults }: Judges,
): Refusal | undefined {
  let isStranger = true;
  try {
    const caller = guard.authenticate(head, sha256Hex(body));
    isStranger = false;
    guard.demand(caller, () => readCalls(calls, operation, input()));
    if (faults === undefined || caller.kind === 'administrator') return undefined;
    const fault = faults(operation, input);
    return fault && { ...fault, isStranger };
  } catch (error) {
    if (error instanceof AwsFault) return { fault: error, isStranger };
    throw error;
  }
}

function readCalls(calls: Judges['calls'], operation: string, input: TableInput): readonly Call[] {
  try {
    return calls(operation, input);
  } catch (error) {
    throw new AwsFault('SerializationException', `The request cannot be read: ${messageOf(error)}`);
  }
}

/** The answer to a request that must not pass. */
export function refusalAnswer(
  { fault: { code, message }, details }: Pick<Refusal, 'fault' | 'details'>,
  headers: readonly string[] = [],
): string {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message, ...details });
  return [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/x-amz-json-1.0',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}
