import type * as z from 'zod';
import type { Caller, Scope } from '../core/merchants/access-keys.ts';
import type { MerchantId } from '../core/model.ts';
import type { FieldError, ProblemCode } from './problems.ts';

/** One request of the API: its schemas validate it, document it and type its handler. */
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
  readonly function: 'record' | 'query' | 'admin' | 'test-request' | 'document';
  /** Scopes whose keys may ask; empty: anybody may. */
  readonly scopes: readonly Scope[];
  /**
   * `path`: of the merchant that the path names. `key`: of the key's own. `none`: of no merchant. `any`: of the key's own
   * where it has one, else of all.
   */
  readonly merchant: 'path' | 'key' | 'none' | 'any';
  /** The caller's key is read again, so that one that was revoked manages nothing, however lately. */
  readonly freshKey?: true;
  /** Whether a question reads more than a page: one merchant may ask few of these at a time. Of a merchant's own key only. */
  readonly isLarge?: (query: Readonly<Record<string, unknown>>) => boolean;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Bytes of a body at most; 64 KiB unless said otherwise. */
  readonly maxBodyBytes?: number;
  /** The field of the body whose items stand or fail alone: the handler checks them one by one. */
  readonly itemsIn?: string;
  /** What a good answer looks like, by status. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  /** Problems beyond those that every operation has. */
  readonly problems: readonly ProblemCode[];
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;

export interface Input<O extends Operation> {
  readonly params: Output<O['params']>;
  readonly query: Output<O['query']>;
  readonly body: Output<O['body']>;
  readonly caller: Caller;
  /** The merchant that the request is about: of the path, or of the key. */
  readonly merchantId: MerchantId;
}

interface GoodAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body?: object;
  /** The moment as of which the answer holds; the time of answering unless a read says otherwise. */
  readonly asOf?: string;
}

export interface Problem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  readonly errors?: readonly FieldError[];
  readonly extra?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly asOf?: string;
}

export type Answer = GoodAnswer | Problem;

export type Handler<O extends Operation> = (input: Input<O>) => Promise<Answer>;

/** Keeps the exact types of an operation's schemas. */
export function operation<
  const P extends z.ZodObject,
  const Q extends z.ZodObject,
  const B extends z.ZodType,
  const O extends Operation<P, Q, B>,
>(definition: O & Operation<P, Q, B>): O {
  return definition;
}

export function answer(status: number, body?: object, asOf?: string): Answer {
  return { kind: 'answer', status, ...(body !== undefined && { body }), ...(asOf !== undefined && { asOf }) };
}

export function problem(code: ProblemCode, details: Omit<Problem, 'kind' | 'code'> = {}): Answer {
  return { kind: 'problem', code, ...details };
}
