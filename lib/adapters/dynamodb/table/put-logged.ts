import type { AuditEntry } from '../../../core/merchants/audit-log/audit-entry.ts';
import { PutCommand, type PutCommandInput, TransactWriteCommand } from '../documents/document-commands.ts';
import type { Documents } from '../documents/open-documents.ts';
import { auditPut } from '../items/audit-items.ts';

interface LoggedPut {
  readonly Put: PutCommandInput;
  readonly entry: AuditEntry | undefined;
  readonly abortSignal: AbortSignal;
}

/** Puts one item: with an entry of the audit log in one transaction, or alone. A put alone costs half. */
export async function putLogged(client: Documents, { Put, entry, abortSignal }: LoggedPut): Promise<void> {
  const others = auditPut(String(Put.TableName), entry);
  if (others.length === 0) await client.send(new PutCommand(Put), { abortSignal });
  else await client.send(new TransactWriteCommand({ TransactItems: [{ Put }, ...others] }), { abortSignal });
}
