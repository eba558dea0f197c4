import { describe, expect, it } from 'vitest';
import { invocationsInChain, nextTraceHeader } from '../../../lib/local/functions/trace.ts';

const [ONE, OTHER] = ['arn:aws:lambda:us-east-1:000000000000:function:one', 'arn:function:other'];

describe('a trace header', () => {
  it('counts how often each function ran in the chain', () => {
    let header: string | undefined;
    for (const arn of [ONE, OTHER, ONE, ONE]) header = nextTraceHeader(header, arn);
    expect(invocationsInChain(header, ONE)).toBe(3);
    expect(invocationsInChain(header, OTHER)).toBe(1);
    expect(invocationsInChain(header, 'arn:function:third')).toBe(0);
  });

  it('keeps the root of its chain', () => {
    const first = nextTraceHeader(undefined, ONE);
    const root = /Root=(1-[0-9a-f]{8}-[0-9a-f]{24});/.exec(first)?.[1];
    expect(root).toBeDefined();
    expect(nextTraceHeader(first, OTHER)).toContain(`Root=${root};`);
  });

  it.each([
    undefined,
    '',
    'Root=1;Lineage=',
    'Lineage=1:zz',
    'Lineage=2:a87bd80c:5',
    'Lineage=1:a87bd80c:999999',
  ])('counts nothing in %s', (header) => {
    expect(invocationsInChain(header, ONE)).toBe(0);
  });
});
