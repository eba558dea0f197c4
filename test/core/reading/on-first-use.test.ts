import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { operations } from '../../../lib/api/contract/operations.ts';
import { onFirstUse } from '../../../lib/core/reading/on-first-use.ts';
import { MODULES } from '../../support/modules-of-functions.ts';

describe('what is made on first use', () => {
  it('is made when it is first asked for, and once', () => {
    let made = 0;
    const schema = onFirstUse(() => {
      made += 1;
      return { number: made };
    });
    expect(made).toBe(0);
    expect(schema()).toBe(schema());
    expect(made).toBe(1);
  });
});

describe('every schema can be made', () => {
  it.each(operations)('of the request $operationId', ({ params, query, body }) => {
    for (const part of [params, query, body]) expect(part?.() ?? z.any()).toBeInstanceOf(z.ZodType);
  });

  it('that a module exports', async () => {
    const exported = (await Promise.all(MODULES.map((file) => import(file)))).flatMap((all: object) =>
      Object.entries(all).filter(([name]) => /Schema$|^stored[A-Z]/.test(name)),
    );
    const made = exported.filter(([, make]) => make.length === 0).map(([name, make]) => [name, make()]);
    expect(made.filter(([, schema]) => !(schema instanceof z.ZodType))).toEqual([]);
    expect(made.length).toBeGreaterThan(60);
  });
});
