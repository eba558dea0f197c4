import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatementFiles } from '../../../lib/core/bookkeeping/statements/statement-store.ts';
import { Fault } from '../../../lib/core/faults.ts';
import type { MerchantFiles } from '../../../lib/core/merchants/erasing/erasure-store.ts';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import type { StatementLinks } from '../../../lib/core/query/reconciliation/statement-answer.ts';

/** A bucket, empty at first. */
export interface FilesUnderTest {
  readonly files: StatementFiles;
  readonly links: StatementLinks;
  readonly merchantFiles: MerchantFiles;
  /** What the link returns; undefined if there is no file. */
  fetch(url: string): Promise<Uint8Array | undefined>;
  /** Pieces that lie around and belong to no file. */
  leftOver(): Promise<number>;
  close(): Promise<void>;
}

/** The least that S3 takes for one of several parts. */
const PART = 5 * 1024 * 1024;

/** Bytes whose pattern is no divisor of anything here, so that a part in the wrong place is seen. */
const PATTERN = Uint8Array.from({ length: 251 }, (_, index) => (index * 31) % 256);
const BYTES = Buffer.alloc(4 * PART, PATTERN);

/** `size` of these bytes, in pieces of `pieceSize`. */
async function* pieces(size: number, pieceSize: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < size; start += pieceSize) {
    yield BYTES.subarray(start, Math.min(start + pieceSize, size));
  }
}

async function* failingAfter(good: AsyncIterable<Uint8Array>, fault: Fault): AsyncGenerator<Uint8Array> {
  yield* good;
  throw fault;
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

export function describeStatementFiles(name: string, open: () => Promise<FilesUnderTest>): void {
  describe(`StatementFiles on ${name}`, () => {
    let bucket: FilesUnderTest;
    beforeEach(async () => {
      bucket = await open();
    });
    afterEach(() => bucket.close());
    const linkTo = (file: string) => bucket.links.link(file, { seconds: 300, name: 'day.csv' });
    const read = async (file: string) => bucket.fetch(await linkTo(file));

    it.each([
      ['a few bytes', 700, 64],
      ['one part', PART, 65_536],
      ['a byte more than one part', PART + 1, 65_536],
      ['several parts in pieces that fit none of them', 3 * PART + 12_345, 1_000_003],
      ['several parts in one piece', 2 * PART + 1, 4 * PART],
    ])('keep %s as they came', async (_, size, pieceSize) => {
      await bucket.files.write('shop/2026-11-20/one.csv', pieces(size, pieceSize));
      const bytes = await read('shop/2026-11-20/one.csv');
      expect(bytes?.length).toBe(size);
      expect(
        createHash('sha256')
          .update(bytes ?? '')
          .digest('hex'),
      ).toBe(await hashOf(pieces(size, 9_999)));
      expect(await bucket.leftOver()).toBe(0);
    });

    it.each([
      ['at once', 0],
      ['in the first part', 1_000],
      ['after several parts', 2 * PART + 1_000],
    ])('keep nothing of what ends in a fault %s, and pass the fault on', async (_, size) => {
      const fault = new Fault({ code: 'statement_differs', message: 'It differs.', retryable: true });
      const writing = bucket.files.write('shop/one.csv', failingAfter(pieces(size, 65_536), fault));
      await expect(writing).rejects.toBe(fault);
      expect(await read('shop/one.csv')).toBeUndefined();
      expect(await bucket.leftOver()).toBe(0);
    });

    it('keep many at a time apart', async () => {
      const sizes = [10, PART + 10, 20, PART + 20];
      await Promise.all(sizes.map((size) => bucket.files.write(`shop/${size}.csv`, pieces(size, 65_536))));
      for (const size of sizes) expect((await read(`shop/${size}.csv`))?.length).toBe(size);
    });

    it('are deleted for one merchant, more than a page of them, and those of others stay', async () => {
      const shop = merchantIdSchema().parse('shop');
      const names = Array.from({ length: 120 }, (_, n) => `shop/2026-11-20/${n}.csv`);
      const others = ['shop2/2026-11-20/1.csv', 'shop-2/2026-11-20/1.csv', 'other/shop/1.csv'];
      for (const file of [...names, ...others]) await bucket.files.write(file, pieces(10, 10));
      let deleted = 0;
      let some = await bucket.merchantFiles.removeSome(shop);
      for (; some > 0; some = await bucket.merchantFiles.removeSome(shop)) deleted += some;
      expect(deleted).toBe(names.length);
      expect(await read('shop/2026-11-20/7.csv')).toBeUndefined();
      for (const file of others) expect((await read(file))?.length).toBe(10);
      expect(await bucket.merchantFiles.removeSome(shop)).toBe(0);
    });

    it('have nothing under a name that was not written', async () => {
      expect(await read('shop/2026-11-20/none.csv')).toBeUndefined();
    });
  });
}
