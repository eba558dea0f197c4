import { describe, expect, it } from 'vitest';
import { createWorld, START_MS } from '../../support/world.ts';

describe('keys', () => {
  it('of an unknown merchant are not listed as if there were none', async () => {
    const world = createWorld();
    const answer = await world.call(world.admin, 'GET /v1/merchants/nobody/keys');
    expect(answer.json).toMatchObject({ status: 404, code: 'unknown_merchant' });
  });

  it('cannot expire before they are made, and say so', async () => {
    const world = createWorld();
    await world.merchant('demo');
    for (const request of ['POST /v1/keys', 'POST /v1/merchants/demo/keys']) {
      const expiresAt = new Date(START_MS).toISOString();
      const answer = await world.call(world.admin, request, { scope: 'initiator', expiresAt });
      const errors = [{ pointer: '/expiresAt', code: 'date_in_past' }];
      expect(answer.json).toMatchObject({ status: 400, code: 'date_in_past', errors });
    }
  });
});
