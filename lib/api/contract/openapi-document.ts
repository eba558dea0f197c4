import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import type { Scope } from '../../protocol/contract-words.ts';
import { batchItemSchema } from '../transactions/record-contract.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';
import { PROBLEMS, type ProblemCode } from './problems.ts';
import { envelopeSchema, fieldErrorSchema } from './shapes.ts';
import { headerComponents, retryAfterHeader, signedAnswerHeaders, webhooks } from './webhooks.ts';

/** For operations that admins may call too: answers to admin keys have no envelope. */
const optionalEnvelope = envelopeSchema().partial();

/** An answer with a 4xx or 5xx status. */

const problemSchema = z
  .looseObject({
    ...envelopeSchema().partial().shape,
    type: z.string().meta({
      description: 'Where the code is explained: an absolute path on the service that answered.',
      example: '/docs#missing_field',
    }),
    title: z.string().meta({ description: 'Text for people; not stable.' }),
    detail: z.string().exactOptional().meta({
      description:
        'What to do about this request, for people; not stable. Of several field errors, that of the first.',
    }),
    status: z.int(),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'Stable. If several fields are wrong, this is the code of the first.' }),
    errors: z.array(fieldErrorSchema()).exactOptional(),
  })
  .meta({
    id: 'Problem',
    description:
      'RFC 9457. Some problems have current: the outcome or settings already recorded. Answers to keys of a merchant also have the envelope.',
  });

/** Builds the OpenAPI document from the schemas that validate requests. Runs at build time, never in a function. */
export function openApiDocument(version: string): object {
  const paths: ZodOpenApiPathsObject = {};
  const shared: SharedProblems = new Map();
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation, shared) };
  }
  const content: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Tidings',
      version,
      description:
        'Notifies receivers how a transaction ended. Receivers can also query and reconcile outcomes.',
    },
    servers: [{ url: '/', description: 'The service that serves this document.' }],
    security: [{ key: [] }],
    paths,
    webhooks,
    components: {
      headers: headerComponents,
      schemas: { BatchItem: batchItemSchema() },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', bearerFormat: 'tk_<keyId>_<secret>' } },
    },
  };
  return createDocument(content, { override: ({ jsonSchema }) => plain(jsonSchema) });
}

interface JsonSchema {
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
}

/** Removes what `format` and `type` already say. This keeps the document readable and small enough to bundle. */
function plain(schema: JsonSchema): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function describe(operation: Operation, shared: SharedProblems): ZodOpenApiOperationObject {
  const { operationId, summary, scopes } = operation;
  const [params, query, body] = [operation.params?.(), operation.query?.(), operation.body?.()];
  return {
    operationId,
    summary,
    ...(scopes.length === 0
      ? { security: [] }
      : { description: `For keys of scope ${scopes.join(' or ')}.` }),
    ...((params ?? query) !== undefined && {
      requestParams: { ...(params !== undefined && { path: params }), ...(query !== undefined && { query }) },
    }),
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: { ...answersOf(operation), ...problemsOf(operation, shared) },
  };
}

function answersOf(operation: Operation): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(operation.answers()).map(([status, { description, schema }]) => [
      status,
      {
        description,
        ...(schema !== undefined && {
          ...headersOf(operation),
          content: { 'application/json': { schema: enveloped(schema, operation) } },
        }),
      },
    ]),
  );
}

/** Scopes whose answers carry the envelope; see `envelopeOf` in `responding.ts`. */
const ENVELOPED: ReadonlySet<Scope> = new Set(['receiver', 'merchant']);

/** The schema of an answer as sent. Answers to receiver and merchant keys have the envelope; others do not. */
function enveloped(schema: z.ZodType, { scopes }: Pick<Operation, 'scopes'>): z.ZodType {
  const withEnvelope = scopes.filter((scope) => ENVELOPED.has(scope));
  if (withEnvelope.length === 0) return schema;
  if (schema instanceof z.ZodUnion) {
    return z.union(schema.options.map((option) => enveloped(option as z.ZodType, { scopes })));
  }
  if (!(schema instanceof z.ZodObject)) throw new Error('An answer with an envelope must be an object.');
  const isAlways = withEnvelope.length === scopes.length;
  const { shape } = isAlways ? envelopeSchema() : optionalEnvelope;
  const { title } = schema.meta() ?? {};
  const whole = z.object({ ...shape, ...schema.shape });
  return title === undefined ? whole : whole.meta({ title });
}

/** Only answers with a body are signed, and only for receiver and merchant keys that passed authentication. */
function headersOf({ scopes }: Operation, status = 200) {
  const isSigned = (scopes.includes('receiver') || scopes.includes('merchant')) && status !== 401;
  const headers = { ...(isSigned && signedAnswerHeaders), ...(status === 429 && retryAfterHeader) };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

/** Statuses whose problems are the same in most operations. Each is written once and referenced. */
const SHARED: ReadonlySet<number> = new Set([401, 403, 413, 415, 500, 503]);
/** Shared responses by their component name. */
type SharedProblems = Map<string, ZodOpenApiResponseObject>;

function problemsOf(operation: Operation, shared: SharedProblems): ZodOpenApiOperationObject['responses'] {
  const common: readonly ProblemCode[] = [
    ...(operation.scopes.length > 0 ? (['missing_key', 'invalid_key', 'insufficient_scope'] as const) : []),
    // The merchant of a key may be erased while its request is answered.
    ...(operation.merchant === 'key' ? (['unknown_merchant'] as const) : []),
    ...(operation.params !== undefined ? (['invalid_id'] as const) : []),
    ...(operation.query !== undefined ? (['unknown_parameter', 'repeated_parameter'] as const) : []),
    ...(operation.body !== undefined
      ? ([
          'malformed_json',
          'forbidden_key',
          'unknown_field',
          'missing_field',
          'body_too_large',
          'unsupported_media_type',
        ] as const)
      : []),
    ...(operation.isLarge === undefined ? [] : (['too_many_queries'] as const)),
    'internal',
    'unavailable',
  ];
  const byStatus = Map.groupBy(new Set([...common, ...operation.problems]), (code) => PROBLEMS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const headers = headersOf(operation, status);
      const signed = 'headers' in headers ? '.signed' : '';
      const response: ZodOpenApiResponseObject = {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n\n'),
        ...headers,
        content: { 'application/problem+json': { schema: problemSchema } },
      };
      if (!SHARED.has(status)) return [String(status), response];
      const id = `${codes.join('.')}${signed}`;
      const same = shared.get(id) ?? { ...response, id };
      shared.set(id, same);
      return [String(status), same];
    }),
  );
}
