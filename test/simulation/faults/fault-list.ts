import type { DeliberateFault } from './deliberate-fault.ts';
import { alertsFaults } from './rooms/alerts-faults.ts';
import { apiFaults } from './rooms/api-faults.ts';
import { attemptFaults } from './rooms/attempt-faults.ts';
import { bookkeepingFaults } from './rooms/bookkeeping-faults.ts';
import { checkBackFaults } from './rooms/check-back-faults.ts';
import { countsFaults } from './rooms/counts-faults.ts';
import { deliverFaults } from './rooms/deliver-faults.ts';
import { healthFaults } from './rooms/health-faults.ts';
import { merchantsFaults } from './rooms/merchants-faults.ts';
import { protocolFaults } from './rooms/protocol-faults.ts';
import { rateFaults } from './rooms/rate-faults.ts';
import { receiverFaults } from './rooms/receiver-faults.ts';
import { recordFaults } from './rooms/record-faults.ts';
import { redeliveryFaults } from './rooms/redelivery-faults.ts';
import { stackFaults } from './rooms/stack-faults.ts';
import { stateFaults } from './rooms/state-faults.ts';

/** All deliberate faults, by the room of the code that they are put into. */
export const FAULTS: readonly DeliberateFault[] = [
  ...stackFaults,
  ...protocolFaults,
  ...recordFaults,
  ...deliverFaults,
  ...attemptFaults,
  ...rateFaults,
  ...stateFaults,
  ...healthFaults,
  ...alertsFaults,
  ...redeliveryFaults,
  ...merchantsFaults,
  ...bookkeepingFaults,
  ...countsFaults,
  ...checkBackFaults,
  ...receiverFaults,
  ...apiFaults,
];
