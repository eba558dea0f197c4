import { lambdaEndpointOf } from '../../lib/adapters/config.ts';
import type { Table } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { createInvokeFunction, type InvokeFunction } from '../../lib/adapters/functions/invoke-function.ts';

/** Invokes functions, with the credentials of the table's client. */
export function openInvoking({ documents }: Pick<Table, 'documents'>): InvokeFunction {
  return createInvokeFunction({
    signer: documents.config,
    endpoint: lambdaEndpointOf(process.env),
    traceHeader: () => process.env._X_AMZN_TRACE_ID,
  });
}
