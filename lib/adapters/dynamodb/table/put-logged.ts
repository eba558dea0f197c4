import {
  type DynamoDBDocumentClient,
  PutCommand,
  type PutCommandInput,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../../../core/merchants/audit-log/audit-entry.ts';
import { auditPut } from '../items/audit-items.ts';

interface LoggedPut {
  readonly Put: PutCommandInput;
  readonly entry: AuditEntry | undefined;
  readonly abortSignal: AbortSignal;
}

/** Puts one item: with an entry of the audit log in one transaction, or alone. A put alone costs half. */
export async function putLogged(
  client: DynamoDBDocumentClient,
  { Put, entry, abortSignal }: LoggedPut,
): Promise<void> {
  const others = auditPut(String(Put.TableName), entry);
  if (others.length === 0) await client.send(new PutCommand(Put), { abortSignal });
  else await client.send(new TransactWriteCommand({ TransactItems: [{ Put }, ...others] }), { abortSignal });
}
