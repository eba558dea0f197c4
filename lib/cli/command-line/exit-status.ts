import type { JsonObject } from '../../protocol/json/json-values.ts';

/** How a command ended, for scripts. `docs/cli.md` documents the numbers. */
export const EXIT = {
  done: 0,
  /** The command ran, and what it compared, checked or waited for is not as it should be. */
  failed: 1,
  /** The command line, a file that it names, or a setting is wrong: nothing was sent. Or the output cannot be written. */
  usage: 2,
  /** The service could not be reached, or could not answer. The request may be repeated. */
  unreachable: 3,
  /** The service refused the request. It will refuse it again. */
  refused: 4,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export interface FailureDetails {
  /** What to do next: one sentence. */
  readonly hint?: string;
  /** The problem with which the service refused. */
  readonly problem?: JsonObject;
  readonly cause?: unknown;
}

/** An expected failure, with its exit status, a stable code for programs, and what to do next. */
export class CommandFailure extends Error {
  readonly status: ExitStatus;
  readonly code: string;
  readonly hint: string | undefined;
  readonly problem: JsonObject | undefined;

  constructor(status: ExitStatus, code: string, message: string, details: FailureDetails = {}) {
    const { hint, problem, cause } = details;
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.problem = problem;
  }
}

export function usageFailure(message: string, hint?: string): CommandFailure {
  return new CommandFailure(EXIT.usage, 'usage', message, hint === undefined ? {} : { hint });
}
