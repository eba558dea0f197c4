import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../../support/demo-world.ts';
import { payment } from '../../../support/world.ts';

const ONE = 'PUT /v1/merchants/demo/transactions/pay_1';
const BATCH = 'POST /v1/merchants/demo/transactions';
const DEPTH = 'Use at most 32 levels of objects and lists.';
const BYTES = 'Use at most 65536 bytes.';

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('the detail of a refused body', () => {
  const setup = useDemoWorld();
  const refuse = async (request: string, body: unknown) =>
    (await setup.world.call(setup.demo.initiator, request, body)).json;

  it.each([
    ['{"amount":1,}', 'The text is no JSON at character 13.'],
    ['\u{feff}{"amount" 1}', 'The text is no JSON at character 12.'],
    ['{"amount":1}}', 'The text is no JSON at character 13.'],
    ['{"amount":', 'The text ends before the JSON does.'],
  ])('says where it is no JSON: %s', async (body, detail) => {
    expect(await refuse(ONE, body)).toMatchObject({ code: 'malformed_json', detail });
  });

  it('repeats nothing of any text', async () => {
    for (const text of ['{"a":secret}', '{" in JSON at position 5":x}']) {
      const json = await refuse(ONE, text);
      expect(json.code).toBe('malformed_json');
      expect(json).not.toHaveProperty('detail');
    }
  });

  it('says how deep it may nest, alone and in a batch', async () => {
    expect(await refuse(ONE, lists(40))).toMatchObject({ code: 'too_deep', errors: [{ detail: DEPTH }] });
    for (const depth of [33, 5_000]) {
      const { results } = await refuse(BATCH, `{"transactions":[${lists(depth)}]}`);
      expect(results).toMatchObject([{ code: 'too_deep', errors: [{ detail: DEPTH }] }]);
    }
  });

  it('says how large it may be, alone, as an item and as a batch', async () => {
    const large = payment({ metadata: { a: 'x'.repeat(65_536) } });
    expect(await refuse(ONE, large)).toMatchObject({ code: 'body_too_large', detail: BYTES });
    const { results } = await refuse(BATCH, { transactions: [large] });
    expect(results).toMatchObject([{ code: 'body_too_large', errors: [{ detail: BYTES }] }]);
    expect(await refuse(BATCH, `{"transactions":[]}${' '.repeat(4_194_304)}`)).toMatchObject({
      code: 'body_too_large',
      detail: 'Use at most 4194304 bytes.',
    });
  });
});
