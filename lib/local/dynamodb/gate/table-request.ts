import { AwsFault } from '../../aws/aws-fault.ts';
import type { TableInput } from '../../iam/calls/partition-values.ts';
import type { Frame } from './request-frames.ts';

/** A request to DynamoDB. */
export interface TableRequest {
  readonly frame: Frame;
  /** The operation that it names; empty: none that the gate knows. */
  readonly operation: string;
  /**
   * The body, read at most once. The emulator has not validated it yet, so any member can have any type.
   * @throws AwsFault if it is not a JSON object
   */
  input(): TableInput;
}

const TARGET = /^DynamoDB(?:Streams)?_20120810\.([A-Za-z]+)$/;

export function tableRequest(frame: Frame): TableRequest {
  let input: TableInput | undefined;
  return {
    frame,
    operation: TARGET.exec(String(frame.head.headers['x-amz-target']))?.[1] ?? '',
    input: () => {
      input ??= parse(frame.body);
      return input;
    },
  };
}

function parse(body: Buffer): TableInput {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'));
    if (typeof input === 'object' && input !== null) return input as TableInput;
  } catch {
    // Refused below.
  }
  throw new AwsFault('SerializationException', 'The body is not a JSON object.');
}
