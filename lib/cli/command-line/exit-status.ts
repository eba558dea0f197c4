/** How a command ended, for scripts. `docs/cli.md` documents the numbers. */
export const EXIT = {
  done: 0,
  /** The command ran, and what it compared, checked or waited for is not as it should be. */
  failed: 1,
  /** The command line, a file that it names, or a setting is wrong. Nothing was sent. */
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
  readonly cause?: unknown;
}

/** An expected failure, with its exit status, a stable code for programs, and what to do next. */
export class CommandFailure extends Error {
  readonly status: ExitStatus;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: ExitStatus, code: string, message: string, { hint, cause }: FailureDetails = {}) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export function usageFailure(message: string, hint?: string): CommandFailure {
  return new CommandFailure(EXIT.usage, 'usage', message, hint === undefined ? {} : { hint });
}
