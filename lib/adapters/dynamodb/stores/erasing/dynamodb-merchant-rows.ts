import type { MerchantRows } from '../../../../core/merchants/erasing/erasure-store.ts';
import { transactionPk } from '../../../../protocol/table/outcome-layout.ts';
import type { Table } from '../../table/table-client.ts';
import { indexedPlaces } from './indexed-places.ts';
import { ownPlaces } from './own-places.ts';
import { parkedPlace } from './parked-place.ts';
import { deleteTransaction } from './transaction-rows.ts';
import { nextOf, type RowPlace } from './walking-places.ts';

/** Finds and deletes the rows of one merchant. `items/kept-of-erased.ts` says which rows stay, and why. */
export function createMerchantRows(table: Table, options: { readonly retentionDays: number }): MerchantRows {
  return {
    removeNext({ merchantId, feedShards, place, cursor }) {
      const places: Readonly<Record<typeof place, RowPlace>> = {
        ...indexedPlaces(table, { merchantId, feedShards }),
        ...ownPlaces(table, merchantId),
        parked: parkedPlace(table, { ...options, merchantId }),
      };
      return nextOf(places[place], cursor);
    },

    removeTransaction: (key) => deleteTransaction(table, { pk: transactionPk(key) }),
  };
}
