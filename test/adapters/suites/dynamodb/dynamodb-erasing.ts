import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DeleteCommand } from '../../../../lib/adapters/dynamodb/documents/document-commands.ts';
import { FATE_OF_ROWS } from '../../../../lib/adapters/dynamodb/items/kept-of-erased.ts';
import { createMerchantRows } from '../../../../lib/adapters/dynamodb/stores/erasing/dynamodb-merchant-rows.ts';
import type { MerchantId } from '../../../../lib/core/model.ts';
import { type DynamoDbTable, type DynamoDbUnderTest, ERASED_DAYS } from '../../support/emulators.ts';
import { at, endpoint, OTHER, profile, SHOP } from '../../support/samples.ts';
import { useTable } from '../../support/throwaway-table.ts';
import { fillMerchant, fillService, removeAll } from '../../support/whole-merchant.ts';

/** The rows themselves, read without the stores. */
export function describeDynamoDbErasing(dynamodb: DynamoDbUnderTest): void {
  describe('rows of an erased merchant', () => {
    const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;
    const rowsOf = async (merchantId: MerchantId): Promise<readonly string[]> => {
      const {
        sdk,
        table: { name: TableName },
      } = table();
      const { Items = [], LastEvaluatedKey } = await sdk.send(new ScanCommand({ TableName }));
      expect(LastEvaluatedKey).toBeUndefined();
      return Items.filter((item) => JSON.stringify(item).includes(`${merchantId}`))
        .map(({ pk, sk }) => `${pk} ${sk}`)
        .sort();
    };
    const erase = async (merchantId: MerchantId) => {
      await table().merchants.create(profile({ merchantId, feedShards: 2 }));
      await table().merchants.createEndpoint(endpoint({ merchantId }), 1);
      const tombstone = { merchantId, erasedAt: at(1), erasedFeedShards: 2, rev: 3 };
      const { endpointId } = endpoint();
      expect(await table().merchants.erase(tombstone, 2, { endpointIds: [endpointId] })).toBe(true);
    };

    it('are all deleted, except those that stay; nothing of another merchant or the service is', async () => {
      await fillService(table());
      for (const merchantId of [SHOP, OTHER]) await fillMerchant(table(), merchantId, 3);
      await erase(SHOP);
      const before = await rowsOf(OTHER);
      const service = await rowsOf('C#*' as MerchantId);
      const kinds = new Set((await rowsOf(SHOP)).map(([letter]) => letter));
      expect([...kinds].sort()).toEqual(['C', 'D', 'H', 'I', 'J', 'M', 'P', 'T', 'W']);
      await removeAll(table(), SHOP);
      const left = await rowsOf(SHOP);
      expect(left).toEqual([
        expect.stringMatching(/^D#\d+ M#shop$/),
        'J#erasures#open shop',
        'M#shop PROFILE',
      ]);
      const stay = left
        .map(([letter = '']) => FATE_OF_ROWS[letter])
        .filter((fate) => fate && 'stays' in fate);
      expect(stay).toHaveLength(2);
      expect(await rowsOf(OTHER)).toEqual(before);
      expect(service).toHaveLength(1);
      expect(await rowsOf('C#*' as MerchantId)).toEqual(service);
    });

    it('are found again by a run after one that died at any deletion', async () => {
      await fillMerchant(table(), SHOP, 2);
      const { documents } = table().table;
      let left = 0;
      const failing = {
        ...table(),
        rows: createMerchantRows(
          {
            ...table().table,
            documents: Object.assign(Object.create(documents), {
              send: (command: Parameters<typeof documents.send>[0]) => {
                if (command instanceof DeleteCommand && --left < 0) throw new Error('the process died');
                return documents.send(command);
              },
            }),
          },
          { retentionDays: ERASED_DAYS },
        ),
      };
      let deaths = 0;
      for (let isDone = false; !isDone; deaths += 1) {
        left = 1 + (deaths % 5);
        isDone = await removeAll(failing, SHOP).then(
          () => true,
          () => false,
        );
      }
      expect(deaths).toBeGreaterThan(10);
      expect(await rowsOf(SHOP)).toEqual([]);
    });
  });
}
