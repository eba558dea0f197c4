import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAwsServer } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { ADMINISTRATOR } from '../../../lib/local/iam/callers/caller.ts';

/** `JSON.parse` reads as many levels, and `JSON.stringify` overflows the stack. */
const LEVELS = 30_000;

let server: Server;
let endpoint: string;
const lines: string[] = [];

beforeEach(async () => {
  lines.length = 0;
  server = createAwsServer({
    json: [{ targetPrefix: 'Parrot', operations: { Repeat: (input) => input }, calls: () => [] }],
    rest: [],
    guard: { authenticate: () => ADMINISTRATOR, demand: () => undefined, permits: () => true },
    log: ({ line }) => lines.push(line),
  });
  endpoint = await listen(server, 0);
});

afterEach(() => close(server));

async function repeat(body: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'Parrot.Repeat' },
    body,
  });
  return { status: response.status, text: await response.text() };
}

it('answers a fault in place of an output that is no JSON, and goes on', async () => {
  const { status, text } = await repeat(`${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`);
  expect(status).toBe(500);
  expect(text).toContain('InternalFailure');
  expect(lines).toEqual([expect.stringContaining('Parrot.Repeat failed')]);
  expect(await repeat('{"word":"hello"}')).toEqual({ status: 200, text: '{"word":"hello"}' });
});
