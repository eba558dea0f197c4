import { expect, it } from 'vitest';
import { openService } from '../../../lib/cli/connection/service.ts';

function refusing(problem: Readonly<Record<string, unknown>>) {
  const { status } = problem as { readonly status: number };
  const headers = { 'content-type': 'application/problem+json' };
  return openService(
    { api: 'http://127.0.0.1:4510', key: 'tk_a_secretsecretsecret', from: 'test' },
    { fetch: async () => Response.json(problem, { status, headers }) },
  );
}

it('a refusal shows what its sentence refers to', async () => {
  const service = refusing({
    type: '/docs#statement_not_ready',
    title: 'The statement is not ready; see readyAfter.',
    status: 409,
    code: 'statement_not_ready',
    readyAfter: '2026-11-30T00:00:03.000Z',
  });
  await expect(service.ask({ method: 'GET', path: '/v1/statements/2026-11-29' })).rejects.toThrow(
    'The statement is not ready; see readyAfter. readyAfter: 2026-11-30T00:00:03.000Z.',
  );
});

it('a conflict shows what is recorded, and that an age is another time at each try', async () => {
  const service = refusing({
    title: 'Another outcome is already recorded.',
    status: 409,
    code: 'outcome_conflict',
    errors: [{ pointer: '/occurredAt', code: 'outcome_conflict' }],
    current: { occurredAt: '2026-11-20T08:00:00.000Z' },
  });
  await expect(service.ask({ method: 'PUT', path: '/v1/x' })).rejects.toMatchObject({
    message:
      'Another outcome is already recorded. /occurredAt: outcome_conflict, recorded is 2026-11-20T08:00:00.000Z.',
    hint: expect.stringContaining('not as an age'),
  });
});

it('a merchant that exists names the command that changes it', async () => {
  const service = refusing({ title: 'It exists.', status: 409, code: 'merchant_conflict' });
  await expect(service.ask({ method: 'POST', path: '/v1/merchants' })).rejects.toMatchObject({
    hint: expect.stringContaining('tidings merchants change --merchant'),
  });
});
