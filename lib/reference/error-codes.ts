import { PROBLEMS, type ProblemCode } from '../api/contract/problems.ts';
import { REMEDIES } from '../api/contract/remedies.ts';
import { isFinalCode } from '../protocol/http/service-answer.ts';

/** What a caller should know about one code of the API. */
export interface ErrorCode {
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
  /** Whether the same request would be refused again. The kits repeat the others. */
  readonly isFinal: boolean;
}

/** Every code, by status and then by name. */
export const ERROR_CODES: readonly ErrorCode[] = (
  Object.entries(PROBLEMS) as readonly [ProblemCode, readonly [number, string]][]
)
  .map(([code, [status, title]]) => ({
    code,
    status,
    title,
    remedy: REMEDIES[code],
    isFinal: isFinalCode(code),
  }))
  .sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));

/** What each status has in common. */
export const STATUS_MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is wrong. `errors` points to the fields.',
  401: 'No valid key.',
  403: 'A valid key that may not do this.',
  404: 'It is not there, or belongs to another merchant: both get the same answer.',
  405: 'The path is right, the method is not.',
  409: 'The request contradicts what is stored, or comes too early. Many of these answers say with which values, or until when.',
  410: 'Gone for good.',
  413: 'Too large.',
  415: 'Not JSON in UTF-8.',
  429: 'Too much at a time. Wait for `Retry-After`.',
  500: 'The service failed.',
  503: 'The service cannot answer now.',
};
