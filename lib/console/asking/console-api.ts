import type * as z from 'zod';
import type { Operation, OperationAddress } from '../../api/contract/operation.ts';
import type { HttpEvent, HttpResult, RawPath } from '../../api/http/http-event.ts';
import { isTimeout } from '../../core/faults.ts';
import { ApiProblem, ApiSilence } from './api-problem.ts';
import { type Asked, type RequestMaker, requestEvent } from './api-request.ts';

/** Asks the API as the caller's session. */
export interface ConsoleApi {
  /**
   * Makes a request and returns the body of its answer.
   *
   * @throws ApiProblem if the API refuses it, ApiSilence if there is no answer in time
   * @example const { items } = await api.ask(listMerchants, { query: { limit: '50' } });
   */
  ask<O extends Operation>(operation: O, asked?: Asked<O>): Promise<AnswerOf<O>>;
}

/** The body of a good answer, as the contract describes it. */
export type AnswerOf<O extends Operation> = BodyIn<ReturnType<O['answers']>>;
type BodyIn<Answers> = {
  [Status in keyof Answers]: Answers[Status] extends { readonly schema: infer S extends z.ZodType }
    ? z.output<S>
    : undefined;
}[keyof Answers];

/** A function of the API. */
export interface ApiFunction {
  readonly name: string;
  /** The form of the path that it expects. */
  readonly rawPath: RawPath;
}

export interface ApiPorts {
  functionOf(operation: OperationAddress): ApiFunction;
  /** @throws any error if there is no result; a TimeoutError within its causes if it took too long */
  invoke(call: {
    readonly functionName: string;
    readonly event: HttpEvent;
    readonly timeoutMs: number;
  }): Promise<unknown>;
}

/** Shorter than the gateway waits for the console. */
const PATIENCE_MS = 12_000;
/** A test request waits for the receiver. */
const PATIENCE_FOR_RECEIVER_MS = 24_000;

export function createConsoleApi(ports: ApiPorts, maker: RequestMaker): ConsoleApi {
  return {
    async ask(operation, asked = {}) {
      const { name, rawPath } = ports.functionOf(operation);
      const event = requestEvent(maker, operation, { asked: asked as Asked<Operation>, rawPath });
      const timeoutMs = operation.function === 'test-request' ? PATIENCE_FOR_RECEIVER_MS : PATIENCE_MS;
      const result = await ports.invoke({ functionName: name, event, timeoutMs }).catch((error: unknown) => {
        throw new ApiSilence(isTimeout(error), error);
      });
      return bodyOf(result as HttpResult) as AnswerOf<typeof operation>;
    },
  };
}

function bodyOf({ statusCode, body }: HttpResult): unknown {
  if (statusCode === 204) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new ApiSilence(false, error);
  }
  if (statusCode < 400) return json;
  throw new ApiProblem(statusCode, json as Readonly<Record<string, unknown>>);
}
