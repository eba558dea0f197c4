import type { Outcome, TransactionKey } from '../../../../core/model.ts';
import type { OutcomeStore } from '../../../../core/record/outcome-store.ts';
import { DAY_SECONDS } from '../../../../core/time.ts';
import { runTogether } from '../../../../protocol/runtime/bounded-map.ts';
import {
  outcomeItem,
  outcomeSk,
  transactionPk,
  ttlAfter,
} from '../../../../protocol/table/outcome-layout.ts';
import { calling } from '../../../aws-faults.ts';
import { DeleteCommand, TransactWriteCommand, UpdateCommand } from '../../documents/document-commands.ts';
import { CHECK_SK } from '../../items/item-keys.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import { putLogged } from '../../table/put-logged.ts';
import type { Table } from '../../table/table-client.ts';
import { checkItem } from '../delivery/dynamodb-check-store.ts';

type OutcomeWrites = Pick<
  OutcomeStore,
  'inTurn' | 'putIfAbsent' | 'prepare' | 'settlePending' | 'erasePending'
>;

export function createOutcomeWrites(
  table: Table,
  { retentionDays }: { readonly retentionDays: number },
): OutcomeWrites {
  const { stamping, name: TableName } = table;
  return {
    inTurn: (write) => table.stampTurns.run(write),

    putIfAbsent(outcome, feedShard, entry) {
      const Put = {
        TableName,
        Item: outcomeItem(outcome, { feedShard, retentionDays }),
        // Invariant: a version of a transaction is written once and never changed.
        ConditionExpression: 'attribute_not_exists(pk)',
      };
      return writeStamped(table, 'Recording an outcome', (options) =>
        putLogged(stamping, { Put, entry, ...options }),
      );
    },

    prepare(pending, check) {
      const Put = {
        TableName,
        Item: outcomeItem(pending, { feedShard: 0, retentionDays }),
        // Invariant: as above. Also, every PENDING has a check that waits for its end.
        ConditionExpression: 'attribute_not_exists(pk)',
      };
      const both = new TransactWriteCommand({
        TransactItems: [{ Put }, { Put: { TableName, Item: checkItem(check) } }],
      });
      return writeStamped(table, 'Preparing a transaction', (options) => stamping.send(both, options));
    },

    async settlePending(end) {
      const afterEnd = ttlAfter(Date.parse(end.recordedAt), retentionDays) + DAY_SECONDS;
      const write = (what: string, update: UpdateCommand) => () =>
        calling(what, () => conditionalWrite(() => table.documents.send(update)));
      // The writes are independent and can be repeated.
      await runTogether([
        write('Letting a PENDING expire', expiry(TableName, end, afterEnd)),
        write('Resolving a check', resolution(TableName, end, afterEnd)),
      ]);
    },

    async erasePending(key) {
      const { documents } = table;
      const deletion = pendingDeletion(TableName, key);
      await calling('Erasing a PENDING', () => conditionalWrite(() => documents.send(deletion)));
      // The check comes last: it is due, so a process that died before is made up for.
      const check = new DeleteCommand({ TableName, Key: { pk: transactionPk(key), sk: CHECK_SK } });
      await calling('Erasing a check', () => documents.send(check));
    },
  };
}

/** Tries a write that carries a stamp once, and only while the stamp is valid. */
function writeStamped(
  { clockCheck, stampBoundMs }: Table,
  what: string,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>,
): Promise<'written' | 'exists'> {
  return calling(what, async () => {
    clockCheck.assertTrusted();
    const write = () => send({ abortSignal: AbortSignal.timeout(stampBoundMs) });
    return (await conditionalWrite(write)) ? 'written' : 'exists';
  });
}

function pendingDeletion(TableName: string, key: TransactionKey): DeleteCommand {
  return new DeleteCommand({
    TableName,
    Key: { pk: transactionPk(key), sk: outcomeSk(1) },
    // Invariant: an end that was recorded after the PENDING was deleted, and so is the first version, stays.
    ConditionExpression: '#status = :pending',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':pending': 'PENDING' },
  });
}

function expiry(TableName: string, end: Outcome, afterEnd: number): UpdateCommand {
  return new UpdateCommand({
    TableName,
    Key: { pk: transactionPk(end), sk: outcomeSk(1) },
    UpdateExpression: 'SET #ttl = :afterEnd',
    // Invariant: the PENDING outlives its end, so that the end cannot be recorded a second time as
    // version 1. The condition keeps the update from creating a row that is gone.
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':afterEnd': afterEnd },
  });
}

function resolution(TableName: string, end: Outcome, afterEnd: number): UpdateCommand {
  return new UpdateCommand({
    TableName,
    Key: { pk: transactionPk(end), sk: CHECK_SK },
    UpdateExpression:
      'SET #state = :resolved, #ttl = :afterEnd ADD rev :one REMOVE nextAttemptAt, duePk, undeliveredPk, undeliveredSk',
    // Invariant: the end resolves the check in any state. `rev` is raised once, so that the check's messages end.
    ConditionExpression: 'attribute_exists(pk) AND #state <> :resolved',
    ExpressionAttributeNames: { '#ttl': 'ttl', '#state': 'state' },
    ExpressionAttributeValues: { ':afterEnd': afterEnd, ':resolved': 'resolved', ':one': 1 },
  });
}
