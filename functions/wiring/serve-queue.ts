import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { systemRandom as random } from '../../lib/adapters/system.ts';
import { orComeBack } from '../../lib/core/deliver/coming-back.ts';
import type { QueueMessage } from '../../lib/core/deliver/messages.ts';

/** As long as the lanes hide a message by themselves. */
export const LANE_VISIBILITY_SECONDS = 360;
/** And the queue of outcomes that nobody waits for. */
export const INTAKE_VISIBILITY_SECONDS = 120;

/** Messages of a batch are worked off side by side; those that fail come back alone, and soon where the fault may pass. */
export function serveQueue(options: {
  readonly sqs: SQSClient;
  readonly queueUrlOf: (record: SQSRecord) => string;
  readonly longestPauseSeconds: number;
  readonly work: (message: QueueMessage, record: SQSRecord) => Promise<void>;
}) {
  const { sqs, queueUrlOf, longestPauseSeconds, work } = options;
  const processor = new BatchProcessor(EventType.SQS);

  function workOff(record: SQSRecord): Promise<void> {
    const receivedTimes = Number(record.attributes.ApproximateReceiveCount);
    const { messageId, body, receiptHandle: ReceiptHandle } = record;
    const hide = async (VisibilityTimeout: number) => {
      const QueueUrl = queueUrlOf(record);
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    };
    return orComeBack({ random, longestPauseSeconds }, { receivedTimes, hide }, () =>
      work({ messageId, body, receivedTimes }, record),
    );
  }

  return middy<SQSEvent, SQSBatchResponse>().handler((event) =>
    processPartialResponse(event, workOff, processor, { throwOnFullBatchFailure: false }),
  );
}
