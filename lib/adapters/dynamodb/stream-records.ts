import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamedOutcome } from '../../core/deliver/relay.ts';
import { outcomeFromItem } from './items/outcome-items.ts';
import { numberOf } from './reading-rows.ts';

/** Decodes one record of the table's stream. Never throws: the result for an unreadable record holds the reason. */
export function decodeRecord(record: DynamoDBRecord): StreamedOutcome {
  const recordId = record.eventID ?? 'unknown';
  const payload = JSON.stringify(record.dynamodb ?? {});
  try {
    const image = record.dynamodb?.NewImage;
    if (image === undefined) return { kind: 'unreadable', recordId, reason: 'no_image', payload };
    const item = unmarshall(image as Record<string, AttributeValue>, { wrapNumbers: numberOf });
    return { kind: 'outcome', recordId, outcome: outcomeFromItem(item), payload };
  } catch (error) {
    return { kind: 'unreadable', recordId, reason: reasonOf(error), payload };
  }
}

/** The reason of a parked row, as a single line. */
function reasonOf(error: unknown): string {
  return `not_an_outcome: ${String(error).replaceAll(/\s+/g, ' ').slice(0, 300)}`;
}
