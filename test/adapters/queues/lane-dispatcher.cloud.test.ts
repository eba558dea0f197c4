import { describeDispatcher } from '../suites/dispatcher-suite.ts';
import { openLanes } from '../support/lane-queues.ts';

describeDispatcher('SQS and Scheduler', openLanes);
