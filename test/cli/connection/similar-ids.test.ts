import { describe, expect, it } from 'vitest';
import { CommandFailure, EXIT } from '../../../lib/cli/command-line/exit-status.ts';
import { similarIds, withSimilarIds } from '../../../lib/cli/connection/similar-ids.ts';

describe('the id that was meant', () => {
  const ids = ['ep_1XgOaDssxg', 'ep_9abcdefgh1', 'pay', 'payments', 'Shop-7'];
  it.each([
    ['ep_1X', ['ep_1XgOaDssxg']],
    ['aDss', ['ep_1XgOaDssxg']],
    ['ep_1XgOaDsxg', ['ep_1XgOaDssxg']],
    ['pya', ['pay']],
    ['pa', ['pay', 'payments']],
    ['shop-7', ['Shop-7']],
    ['shop_8', ['Shop-7']],
    ['z', []],
    ['refunds', []],
  ])('of %s is among %j', (typed, meant) => {
    expect(similarIds(typed, ids)).toEqual(meant);
  });
});

describe('a failure', () => {
  const failure = (code: string) =>
    new CommandFailure(EXIT.refused, code, 'There is none.', { hint: 'Look.' });
  const items = [{ endpointId: 'pay' }];

  it('names what its collection has', async () => {
    const asked: string[] = [];
    const list = async (path: string) => {
      asked.push(path);
      return { items };
    };
    const path = '/v1/merchants/shop/endpoints/pa/secrets';
    expect((await withSimilarIds(failure('unknown_endpoint'), path, list)).hint).toBe('Did you mean pay?');
    expect(asked).toEqual(['/v1/merchants/shop/endpoints']);
  });

  it.each([
    ['unknown_endpoint', '/v1/merchants/shop/endpoints/zzz', async () => ({ items })],
    ['unknown_endpoint', '/v1/merchants/shop/endpoints/pa', () => Promise.reject(new Error('refused'))],
    ['invalid_key', '/v1/merchants/shop/endpoints/pa', async () => ({ items })],
    ['unknown_endpoint', '/v1/deliveries', async () => ({ items })],
  ])('%s of %s stays as it is where nothing is similar', async (code, path, list) => {
    expect((await withSimilarIds(failure(code), path, list)).hint).toBe('Look.');
  });
});
