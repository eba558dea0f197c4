import { describeDispatcher } from './suites/dispatcher.ts';
import { openLanes } from './support/lanes.ts';

describeDispatcher('SQS and Scheduler', openLanes);
