import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** Checks real answers against `docs/openapi.json`, as a third-party client would read it. */

interface Described {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: z.core.JSONSchema.JSONSchema }>>;
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Described>> }>>>
  >;
  readonly components: {
    readonly schemas: Record<string, z.core.JSONSchema.JSONSchema>;
    readonly responses: Readonly<Record<string, Described>>;
  };
}

/** An answer to check, and the request that led to it. */
export interface AnswerGiven {
  /** A request line such as `GET /v1/transactions/pay_1?…`. */
  readonly request: string;
  readonly status: number;
  readonly type: string | null;
  /** Parsed body; `undefined` if there is none. */
  readonly json: unknown;
}

const openApi = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8').replaceAll(
    '#/components/schemas/',
    '#/$defs/',
  ),
) as OpenApi;
const operations = Object.entries(openApi.paths).flatMap(([template, described]) =>
  Object.entries(described).map(([method, { responses }]) => ({
    name: `${method} ${template}`,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    responses,
  })),
);
const schemas = new Map<object, z.ZodType>();

/**
 * Checks an answer against the document. Requests to paths without an operation are not checked.
 * @throws Error if the document does not describe the answer
 */
export function assertDescribed({ request, status, type, json }: AnswerGiven): void {
  const described = operationOf(request);
  if (described === undefined) return;
  const { name, responses } = described;
  if (status < 300) answeredWell.add(name);
  // An app under test serves only its own functions' paths and answers 404 for all others.
  if (status === 404 && (json as { readonly code?: unknown } | undefined)?.code === 'not_found') return;
  const found = responses[String(status)];
  if (found === undefined) throw new Error(`${request}: ${status} is not described.`);
  const response =
    found.$ref === undefined
      ? found
      : openApi.components.responses[found.$ref.replace('#/components/responses/', '')];
  if (json === undefined && response?.content === undefined) return;
  const code = String((json as { readonly code?: unknown } | undefined)?.code);
  if (isOfOperation(status) && response?.description?.includes(`\`${code}\``) !== true) {
    throw new Error(`${request}: ${status} ${code} is not described. Is it in the operation's problems?`);
  }
  const schema = response?.content?.[type ?? '']?.schema;
  if (schema === undefined) throw new Error(`${request}: ${status} with ${type} is not described.`);
  const parsed = schemaOf(schema).safeParse(json);
  if (parsed.success) return;
  const shown = JSON.stringify(json).slice(0, 1_000);
  throw new Error(`${request}: ${status} is not as described: ${z.prettifyError(parsed.error)}\n${shown}`);
}

/**
 * Whether a problem of this status must be one that the operation names. Fields of a request are refused with many codes
 * of 400, and a fault can stop any operation.
 */
function isOfOperation(status: number): boolean {
  return status > 400 && status < 500;
}

/** The operations that this process has answered with success so far, as `get /v1/…`. */
export const answeredWell = new Set<string>();

function operationOf(request: string) {
  const [method, target = ''] = request.split(' ');
  const [path = ''] = target.split('?');
  return operations.find((one) => one.method === method && one.pattern.test(path));
}

function schemaOf(schema: z.core.JSONSchema.JSONSchema): z.ZodType {
  const known = schemas.get(schema);
  if (known !== undefined) return known;
  const made = z.fromJSONSchema({ ...schema, $defs: openApi.components.schemas });
  schemas.set(schema, made);
  return made;
}
