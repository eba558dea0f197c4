import { altered, type DeliberateFault, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/deliver/redelivery/run-jobs.ts`: jobs that send a whole time range again. */

const redelivering = () => import('../../../../lib/core/deliver/redelivery/run-jobs.ts');

/** Later than every job. */
const LATER = '9999-12-31T23:59:59.999Z';

export const redeliveryFaults: readonly DeliberateFault[] = [
  {
    name: 'a job reads the same range again and again',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) => {
        const { notifications } = ports;
        const undelivered: typeof notifications.undelivered = (asked) =>
          notifications.undelivered({ ...asked, partition: 0 });
        return real({ ...ports, notifications: altered(notifications, { undelivered }) }, deadlineMs);
      },
    }),
  },
  {
    name: 'a job ends after the first of its states',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) => {
        const read: typeof ports.jobs.read = async (merchantId, jobId) => {
          const job = await ports.jobs.read(merchantId, jobId);
          return job && { ...job, states: job.states.slice(0, 1) };
        };
        return real({ ...ports, jobs: altered(ports.jobs, { read }) }, deadlineMs);
      },
    }),
  },
  {
    name: 'a job counts and sends nothing again',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) => {
        const { notifications } = ports;
        const read: typeof notifications.read = async (key) => {
          const current = await notifications.read(key);
          return current && { ...current, startedAt: LATER };
        };
        return real({ ...ports, notifications: altered(notifications, { read }) }, deadlineMs);
      },
    }),
  },
  {
    name: 'a job makes due and leaves the sending to the sweep',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) =>
        real({ ...ports, dispatcher: altered(ports.dispatcher, { sendNow: nothing }) }, deadlineMs),
    }),
    without: ['sweep'],
  },
];
