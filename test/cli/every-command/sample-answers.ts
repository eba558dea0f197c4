import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../lib/protocol/json/json-values.ts';
import { ROOT } from '../../support/synthesized.ts';

/** Answers as the OpenAPI document promises them, with text that must not reach a terminal as it is. */

/** Colours, moves the cursor, rings, and turns the reading order round. */
const HOSTILE = 'a\u001b[31mb\u001b[2Jc\u0007d\u202ee\r\nf\u009bg';

const DOCUMENT = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'));
const OPERATIONS = Object.entries<Readonly<Record<string, unknown>>>(DOCUMENT.paths).map(
  ([path, methods]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    methods,
  }),
);
/** Fields whose values decide what a client does next. */
const GIVEN: Readonly<Record<string, unknown>> = {
  hasMore: false,
  nextCursor: 'c',
  state: 'done',
  progress: 1,
  isDone: true,
};
const MAX_DEPTH = 8;

/** A successful answer to a request. Undefined if there is no such operation, or it answers without content. */
export function sampleAnswer(method: string, path: string): object | undefined {
  const operation = OPERATIONS.find(({ pattern }) => pattern.test(path))?.methods[method.toLowerCase()];
  const responses = isObject(operation) && isObject(operation.responses) ? operation.responses : {};
  const response = responses['200'] ?? responses['201'] ?? responses['202'];
  const schema = at(response, 'content', 'application/json', 'schema');
  return schema === undefined ? undefined : (sampleOf(schema, 0) as object);
}

function at(value: unknown, ...fields: readonly string[]): unknown {
  return fields.reduce<unknown>((found, field) => (isObject(found) ? found[field] : undefined), value);
}

function sampleOf(given: unknown, depth: number): unknown {
  const schema = resolved(given);
  if (!isObject(schema) || depth > MAX_DEPTH) return null;
  const { type, properties, items, enum: words, const: only, format } = schema;
  const [option] = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray) ?? [];
  if (only !== undefined) return only;
  if (Array.isArray(words)) return words[0];
  if (option !== undefined) return sampleOf(option, depth + 1);
  if (type === 'array') return [sampleOf(items, depth + 1), sampleOf(items, depth + 1)];
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return true;
  if (type === 'string') return format === 'date-time' ? '2026-11-20T08:00:00.000Z' : HOSTILE;
  if (!isObject(properties)) return { [HOSTILE]: HOSTILE };
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      GIVEN[name] ?? sampleOf(property, depth + 1),
    ]),
  );
}

function resolved(schema: unknown): unknown {
  if (!isObject(schema) || typeof schema.$ref !== 'string') return schema;
  return at(DOCUMENT, ...schema.$ref.split('/').slice(1));
}
