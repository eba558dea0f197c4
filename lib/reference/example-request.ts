import { type OpenApi, type PathOperation, resolved, type Schema, schemaOf } from './open-api.ts';

/** An example of a request, as a command that can be typed with `API` and `KEY` set. */
export function exampleRequest({ method, path, operation }: PathOperation, document: OpenApi): string {
  const { parameters = [], requestBody, security } = operation;
  const query = parameters
    .filter((one) => one.in === 'query' && one.required === true)
    .map(({ name, schema }) => `${name}=${inUrl(exampleNamed(name, schema, document))}`);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const { example } = parameters.find((one) => one.name === name)?.schema ?? {};
    return example === undefined ? variable(name) : inUrl(example);
  });
  const url = `"$API${filled}${query.length === 0 ? '' : `?${query.join('&')}`}"`;
  const body = schemaOf(requestBody?.content);
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${url}`,
    ...(security?.length === 0 ? [] : ['-H "authorization: Bearer $KEY"']),
    ...(body === undefined
      ? []
      : [
          "-H 'content-type: application/json'",
          `-d '${JSON.stringify(exampleOf(body, document)).replaceAll("'", "'\\''")}'`,
        ]),
  ];
  return lines.join(' \\\n  ');
}

/** Readable in a URL: a colon needs no encoding there. */
function inUrl(value: unknown): string {
  return encodeURIComponent(String(value)).replaceAll('%3A', ':');
}

/** What the shell must know: `$JOB_ID` for `jobId`. */
function variable(name: string): string {
  return `$${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** The end of a range is later than its start. */
function exampleNamed(name: string, schema: Schema, document: OpenApi): unknown {
  return name === 'to' ? '2026-11-20T09:00:00Z' : exampleOf(schema, document);
}

/** A value that fits a schema: of objects, the required fields, or the first one if none is required. */
export function exampleOf(schema: Schema, document: OpenApi): unknown {
  const of = resolved(schema, document);
  // Of statuses, an end: few requests are about a PENDING.
  const named = of.enum?.includes('SUCCEEDED') === true ? 'SUCCEEDED' : of.enum?.[0];
  const given = of.example ?? of.examples?.[0] ?? of.const ?? of.default ?? named;
  if (given !== undefined) return given;
  const [choice] = of.anyOf ?? of.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, document);
  const type = Array.isArray(of.type) ? of.type[0] : of.type;
  if (type === 'object') return exampleObject(of, document);
  if (type === 'array') return of.items === undefined ? [] : [exampleOf(of.items, document)];
  if (type === 'integer' || type === 'number') return Math.max(of.minimum ?? 1, 1);
  if (type === 'boolean') return true;
  if (of.format === 'date-time') return '2026-11-20T08:00:00Z';
  return of.format === 'date' ? '2026-11-20' : 'text';
}

function exampleObject({ properties = {}, required = [] }: Schema, document: OpenApi): object {
  const shown = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => shown.includes(name))
      .map(([name, schema]) => [name, exampleNamed(name, schema, document)]),
  );
}
