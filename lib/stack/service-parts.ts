import type { IMetric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/** The first and retry lanes for deliveries, the check lane, and the dead-letter queue. */
export interface Lanes {
  /** First attempts. */
  readonly first: IQueue;
  /** Attempts after the first. */
  readonly retry: IQueue;
  /** Questions to initiators about a PENDING. */
  readonly check: IQueue;
  /** What could not be processed, for operators. */
  readonly dead: IQueue;
}

/** The queue for outcomes whose senders do not wait for an answer, and its dead-letter queue. */
export interface Intake {
  /** An initiator needs `sqs:SendMessage` on it: `intake.queue.grantSendMessages(fn)`. */
  readonly queue: IQueue;
  /** What can never be recorded, each with its reason. */
  readonly dead: IQueue;
}

/** Where requests come in. */
export interface FrontDoor {
  /** The address of the API, without a slash at its end. */
  readonly url: string;
  /** The name at which the DNS record of a custom domain must point. */
  readonly domainTarget?: string | undefined;
  /** The functions that only serve requests, by name. */
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  /** Answers with 5xx. */
  metricServerError(options: MetricOptions): IMetric;
  /** Requests. */
  metricCount(options: MetricOptions): IMetric;
  /** Milliseconds from request to answer. */
  metricLatency(options: MetricOptions): IMetric;
}
