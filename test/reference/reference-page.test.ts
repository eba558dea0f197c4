import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import openApi from '../../docs/openapi.json' with { type: 'json' };
import { operations } from '../../lib/api/contract/operations.ts';
import { PROBLEMS } from '../../lib/api/contract/problems.ts';
import { exampleOf } from '../../lib/reference/example-request.ts';
import { type OpenApi, operationsOf, schemaOf } from '../../lib/reference/open-api.ts';
import { referencePage } from '../../lib/reference/reference-page.ts';
import { packReference } from '../../lib/stack/bundling/packed-reference.ts';
import { useDemoWorld } from '../support/demo-world.ts';
import { ROOT } from '../support/synthesized.ts';

const document = openApi as unknown as OpenApi;
const assets = { stylesheet: 'body{}', script: '0' };
const page = referencePage(document, assets, [{ label: 'openapi.json', href: '/openapi.json' }]);
const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);

/** Of the page that travels in the function. */
const MAX_PACKED_BYTES = 60 * 1024;

describe('the reference page', () => {
  it('has an anchor for each request, each object, each callback and each error code, and none twice', () => {
    const expected = [
      ...operationsOf(document).map(({ operation }) => operation.operationId),
      ...Object.keys(document.components.schemas).map((name) => `object-${name}`),
      ...Object.keys(document.webhooks).map((name) => `callback-${name}`),
      ...Object.keys(PROBLEMS),
    ];
    expect(expected.filter((id) => !ids.includes(id))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('has links that lead somewhere on the page', () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id);
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('loads nothing', () => {
    expect(page).not.toMatch(/ src=|<link|@import|url\(/);
    expect([...page.matchAll(/href="([^#][^"]*)"/g)].map(([, href]) => href)).toEqual(['/openapi.json']);
  });

  it('writes what the document says as text, and never as markup', () => {
    const info = { ...document.info, description: '<script>alert(1)</script> & "quoted"' };
    const hostile = referencePage({ ...document, info }, assets, []);
    expect(hostile).not.toContain('<script>alert');
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it.each(operations.flatMap((operation) => (operation.body === undefined ? [] : [operation])))(
    'shows a body for $operationId that the service takes',
    ({ method, path, body }) => {
      const found = operationsOf(document).find((one) => one.method === method && one.path === path);
      const schema = schemaOf(found?.operation.requestBody?.content) ?? {};
      expect(body?.().safeParse(exampleOf(schema, document)).error).toBeUndefined();
    },
  );

  it('refuses a path that belongs to no chapter, so that none is left out', () => {
    const paths = { '/v1/novelties': { get: { operationId: 'readNovelties', responses: {} } } };
    expect(() => referencePage({ ...document, paths }, assets, [])).toThrow('/v1/novelties');
  });

  it('is packed into at most 60 KB, the same each time, and allows only its own style and script', () => {
    const { packed, policy } = packReference(document);
    expect(Buffer.from(packed, 'base64').byteLength).toBeLessThan(MAX_PACKED_BYTES);
    expect(packReference(document)).toEqual({ packed, policy });
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^' ]+'; script-src 'sha256-[^' ]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
  });
});

describe('a problem', () => {
  const setup = useDemoWorld();

  it.each([
    [undefined, 'GET /v1/whoami', 'missing_key'],
    ['tk_x_y', 'GET /v1/whoami', 'invalid_key'],
    ['tk_x_y', 'GET /nowhere', 'not_found'],
  ])('has a type that leads to its section of the reference: %s %s', async (key, request, code) => {
    const { json } = await setup.world.call(key, request);
    expect(json).toMatchObject({ type: `/docs#${code}`, code });
    expect(ids).toContain(code);
  });
});

describe('docs/errors.md', () => {
  const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

  it('has a section for each code, with what to do', () => {
    const sections = [
      ...text.matchAll(/^### (\w+)\n\n[^\n]+(?:Final|May be repeated)\.\n\n\*\*Do:\*\* \S/gm),
    ];
    expect(sections.map(([, code]) => code).sort()).toEqual(Object.keys(PROBLEMS).sort());
  });
});
