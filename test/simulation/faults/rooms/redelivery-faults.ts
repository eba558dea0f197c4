import type { Endpoint } from '../../../../lib/core/merchants/merchant-config.ts';
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
  {
    name: 'a replay makes what was delivered undelivered',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) => {
        const { notifications } = ports;
        const save: typeof notifications.save = (next, expectedRev) =>
          notifications.save({ ...next, state: 'retrying' }, expectedRev);
        return real({ ...ports, notifications: altered(notifications, { save }) }, deadlineMs);
      },
    }),
  },
  {
    name: 'a replay leaves out the first outcome of each page',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) => {
        const { feed } = ports;
        const page: typeof feed.page = async (asked) => {
          const { rows, ...rest } = await feed.page(asked);
          return { rows: rows.slice(1), ...rest };
        };
        return real({ ...ports, feed: altered(feed, { page }) }, deadlineMs);
      },
    }),
  },
  {
    name: 'a replay sends what the filter of an endpoint leaves out',
    at: hookInside(redelivering, {
      runJobs: (real) => (ports, deadlineMs) => {
        const { configs } = ports;
        const get: typeof configs.get = async (...asked) => {
          const config = await configs.get(...asked);
          return config && { ...config, endpoints: config.endpoints.map(withoutFilter) };
        };
        return real({ ...ports, configs: altered(configs, { get }) }, deadlineMs);
      },
    }),
  },
];

/** The endpoint as if it asked for every type now. */
function withoutFilter(endpoint: Endpoint): Endpoint {
  const last = endpoint.history.length - 1;
  return {
    ...endpoint,
    history: endpoint.history.map((span, place) => (place === last ? { ...span, types: ['*'] } : span)),
  };
}
