import type { FieldError } from '../../api/contract/field-errors.ts';
import type { ProblemCode } from '../../api/contract/problems.ts';

/** The API refused a request. Pages that can say more about it catch it; for all others the site shows a page. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(String(body.title ?? body.code));
    this.name = 'ApiProblem';
    this.status = status;
    this.code = String(body.code) as ProblemCode;
    this.errors = Array.isArray(body.errors) ? (body.errors as readonly FieldError[]) : [];
    this.body = body;
  }
}

/** The API gave no answer in time, or none that can be read. What was asked may have been done all the same. */
export class ApiSilence extends Error {
  readonly isSlow: boolean;

  constructor(isSlow: boolean, cause: unknown) {
    super(isSlow ? 'The API did not answer in time.' : 'The API gave no answer.', { cause });
    this.name = 'ApiSilence';
    this.isSlow = isSlow;
  }
}
