import type * as z from 'zod';
import type { Caller } from '../../core/merchants/keys/access-keys.ts';
import type { MerchantId } from '../../core/model.ts';
import { onFirstUse, type Parsed } from '../../core/reading/on-first-use.ts';
import type { Scope } from '../../protocol/contract-words.ts';
import type { FieldError } from './field-errors.ts';
import type { ProblemCode } from './problems.ts';

/** A successful answer, as the OpenAPI document describes it. */
interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
}

/**
 * One request of the API. Its schemas validate the request, document it and type its handler. They are made for the first
 * request, so a function spends its start on none.
 */
export interface Operation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
> {
  readonly operationId: string;
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** With parameters in braces: `/v1/merchants/{merchantId}`. */
  readonly path: string;
  readonly summary: string;
  /** The function that serves it. */
  readonly function: 'record' | 'query' | 'admin' | 'operate' | 'test-request' | 'document';
  /** Scopes that may call it. Empty: no key is needed. */
  readonly scopes: readonly Scope[];
  /**
   * Which merchant the request is about. `path`: the merchant in the path. `key`: the merchant of the key. `none`: no
   * merchant. `any`: the merchant of the key, or all merchants if the key has none.
   */
  readonly merchant: 'path' | 'key' | 'none' | 'any';
  /** Whether admins may make this request for any merchant, at a path that names the merchant; see `for-admins.ts`. */
  readonly forAdmins?: boolean;
  /** Reads the caller's key again instead of from the cache, so that a revoked key stops managing at once. */
  readonly freshKey?: true;
  /** Whether this request reads more than one page. Few of these run for one merchant at a time. */
  readonly isLarge?: (query: Fields, body: Fields) => boolean;
  readonly params?: () => P;
  readonly query?: () => Q;
  readonly body?: () => B;
  /** Maximum bytes of a body. Default: 64 KiB. */
  readonly maxBodyBytes?: number;
  /** The body field whose items succeed or fail one by one. The handler validates each item. */
  readonly itemsIn?: string;
  /** Successful answers by status. For the OpenAPI document only, which is why nothing else makes their schemas. */
  readonly answers: () => Readonly<Record<number, AnswerDescription>>;
  /** Problems in addition to those that every operation has. */
  readonly problems: readonly ProblemCode[];
}

/** What a client must know of an operation to make its request: where it is, and whom it is about. */
export type OperationAddress = Pick<
  Operation,
  'operationId' | 'method' | 'path' | 'function' | 'merchant' | 'forAdmins'
>;

/** The fields of a part of a request. None if the operation does not take it. */
export type Fields = Readonly<Record<string, unknown>>;

type Output<T> = T extends () => z.ZodType ? Parsed<T> : undefined;

/** What a handler gets: the validated parts of the request and its caller. */
export interface Input<O extends Operation> {
  readonly params: Output<O['params']>;
  readonly query: Output<O['query']>;
  readonly body: Output<O['body']>;
  readonly caller: Caller;
  /** The merchant that the request is about, from the path or from the key. */
  readonly merchantId: MerchantId;
  /** The address of the service as the caller sees it: `https://api.example.com`. */
  readonly origin: string;
}

interface GoodAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body?: object;
  /** The time as of which the answer is true (ISO 8601). Default: when the request started. */
  readonly asOf?: string;
}

export interface Problem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  /** What to do about this request in particular, for people. The title is that of the code. */
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[];
  readonly extra?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly asOf?: string;
}

export type Answer = GoodAnswer | Problem;

export type Handler<O extends Operation> = (input: Input<O>) => Promise<Answer>;

/** Defines an operation, makes each of its schemas once, and keeps their exact types. */
export function operation<
  const P extends z.ZodObject,
  const Q extends z.ZodObject,
  const B extends z.ZodType,
  const O extends Operation<P, Q, B>,
>(definition: O & Operation<P, Q, B>): O {
  const { params, query, body } = definition;
  return {
    ...definition,
    ...(params !== undefined && { params: onFirstUse(params) }),
    ...(query !== undefined && { query: onFirstUse(query) }),
    ...(body !== undefined && { body: onFirstUse(body) }),
  };
}

export function answer(status: number, body?: object, asOf?: string): Answer {
  return { kind: 'answer', status, ...(body !== undefined && { body }), ...(asOf !== undefined && { asOf }) };
}

export function problem(code: ProblemCode, details: Omit<Problem, 'kind' | 'code'> = {}): Answer {
  return { kind: 'problem', code, ...details };
}

/** The problem of one wrong field. Its detail is that of the field. */
export function fieldProblem(error: FieldError): Answer {
  return problem(error.code, { detail: error.detail, errors: [error] });
}
