import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import * as asking from './contract/asking.ts';
import * as endpoints from './contract/endpoints.ts';
import * as keys from './contract/keys.ts';
import * as merchants from './contract/merchants.ts';
import { listPublicKeys } from './contract/public-keys.ts';
import * as reconciling from './contract/reconciling.ts';
import { batchItemSchema, recordTransaction, recordTransactions } from './contract/recording.ts';
import * as settling from './contract/settling.ts';
import { testEndpoint } from './contract/testing.ts';
import { listNotifications } from './contract/undelivered.ts';
import { listUnresolvedTransactions, resolveTransaction } from './contract/unresolved.ts';
import * as windows from './contract/windows.ts';
import type { Operation } from './operation.ts';
import { PROBLEMS, type ProblemCode } from './problems.ts';

/** Builds the OpenAPI document from the schemas that validate. Runs when the code is built, never in a function. */

export const operations: readonly Operation[] = [
  recordTransaction,
  recordTransactions,
  ...Object.values(asking),
  ...Object.values(windows),
  ...Object.values(reconciling),
  listNotifications,
  ...Object.values(settling),
  ...Object.values(merchants),
  ...Object.values(endpoints),
  ...Object.values(keys),
  testEndpoint,
  listUnresolvedTransactions,
  resolveTransaction,
  listPublicKeys,
];

const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string().meta({ description: 'For people; not stable.' }),
    status: z.int(),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'Stable. Of several wrong fields, that of the first.' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({
            description: 'JSON pointer into the body; /query/… and /path/… name parameters.',
          }),
          code: z.string(),
        }),
      )
      .exactOptional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. Some carry current: what stands instead.' });

export function openApiDocument(version: string): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Tidings',
        version,
        description:
          'Tells receivers how a transaction ended, and lets them find out when the telling fails.',
      },
      security: [{ key: [] }],
      paths,
      components: {
        schemas: { BatchItem: batchItemSchema },
        securitySchemes: { key: { type: 'http', scheme: 'bearer', bearerFormat: 'tk_<keyId>_<secret>' } },
      },
    },
    { override: withoutTimePattern },
  );
}

/** The format says it all; what zod adds, half a kilobyte of pattern each time, is for no reader. */
const withoutTimePattern: ZodOpenApiOverride = ({ jsonSchema }) => {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
};

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { operationId, summary, scopes, params, query, body } = operation;
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
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    }),
    responses: { ...answersOf(operation), ...problemsOf(operation) },
  };
}

function answersOf({ answers }: Operation): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      { description, ...(schema !== undefined && { content: { 'application/json': { schema } } }) },
    ]),
  );
}

function problemsOf(operation: Operation): ZodOpenApiOperationObject['responses'] {
  const common: readonly ProblemCode[] = [
    ...(operation.scopes.length > 0 ? (['missing_key', 'invalid_key', 'insufficient_scope'] as const) : []),
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
    'internal',
    'unavailable',
  ];
  const byStatus = Map.groupBy(new Set([...common, ...operation.problems]), (code) => PROBLEMS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n\n'),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
