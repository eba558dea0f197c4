import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { FunctionReporter } from '../../lib/adapters/reporter.ts';
import { systemRandom as random } from '../../lib/adapters/system.ts';
import { withRetryPause } from '../../lib/core/deliver/coming-back.ts';
import type { QueueMessage } from '../../lib/core/runtime/queue-message.ts';

export interface QueueService {
  readonly sqs: SQSClient;
  readonly queueUrlOf: (record: SQSRecord) => string;
  readonly longestPauseSeconds: number;
  readonly work: (message: QueueMessage, record: SQSRecord) => Promise<void>;
  /** Its collected metrics are written after each batch. */
  readonly reporter: Pick<FunctionReporter, 'flush'>;
}

/** Handles the messages of a batch in parallel. Only failed messages return, sooner if the fault may be transient. */
export function serveQueue(options: QueueService) {
  const { sqs, queueUrlOf, longestPauseSeconds, work, reporter } = options;
  function processRecord(record: SQSRecord): Promise<void> {
    const receivedTimes = Number(record.attributes.ApproximateReceiveCount);
    const { messageId, body, receiptHandle: ReceiptHandle } = record;
    const hide = async (VisibilityTimeout: number) => {
      const QueueUrl = queueUrlOf(record);
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    };
    return withRetryPause({ random, longestPauseSeconds }, { receivedTimes, hide }, () =>
      work({ messageId, body, receivedTimes }, record),
    );
  }

  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    try {
      // One for each batch: it holds the batch's failures, and several batches may run at once in one instance.
      const processor = new BatchProcessor(EventType.SQS);
      return await processPartialResponse(event, processRecord, processor, {
        throwOnFullBatchFailure: false,
      });
    } finally {
      reporter.flush();
    }
  };
}
