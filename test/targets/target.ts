import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A running service that the suite talks to from outside, and what this machine can do beside its API. */
export interface Target {
  readonly name: string;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly rootKey: string;
  readonly receiver: Able<ReceiverAddress>;
  /** Sends a message to the intake queue. */
  readonly queue: Able<(body: string) => Promise<void>>;
  /** Puts an event on the default event bus. */
  readonly events: Able<(detailType: string, detail: string) => Promise<void>>;
  /** The service's table. Only a target that the suite's user may spoil gives it away. */
  readonly table: Able<TargetTable>;
  stop(): Promise<void>;
}

/** The service's table, and a client for it. */
export interface TargetTable {
  readonly name: string;
  readonly documents: DynamoDBDocumentClient;
}

/** An ability of a target, or the reason why it lacks it. */
export type Able<T> = T | Cannot;

interface Cannot {
  /** A clause without a full stop, such as `no --receiver-host was given`. */
  readonly cannot: string;
}

/** Where the suite listens, and how the target reaches it. */
export interface ReceiverAddress {
  /** The address to listen on. */
  readonly listenOn: string;
  /** The port to listen on; 0 takes a free one. */
  readonly port: number;
  /** The URL under which the target reaches this port, without a trailing slash. */
  urlOf(port: number): string;
}

/** A journey needs something that the target lacks. */
export class CannotError extends Error {}

/** A mistake of the user or their machine. The message is a sentence that says what to do. */
export class UsageError extends Error {}

export function isAble<T extends object>(ability: Able<T>): ability is T {
  return !('cannot' in ability);
}

/**
 * Returns the ability.
 * @throws CannotError with the target's reason if it lacks it
 */
export function needed<T extends object>(ability: Able<T>): T {
  if (isAble(ability)) return ability;
  throw new CannotError(ability.cannot);
}
