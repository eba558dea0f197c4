import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/deliver`: messages, relay, sweep, and who is expected to be notified. */

const relaying = () => import('../../../../lib/core/deliver/relay.ts');
const sweeping = () => import('../../../../lib/core/deliver/sweep.ts');
const expecting = () => import('../../../../lib/core/deliver/expected-endpoints.ts');

export const deliverFaults: readonly DeliberateFault[] = [
  {
    name: 'a function that failed lets its message go',
    at: hook(() => import('../../../../lib/core/runtime/queue-message.ts'), {
      processMessage:
        (real) =>
        (...given) =>
          real(...given).catch(nothing),
    }),
    without: ['sweep', 'audit'],
  },
  {
    name: 'relay drops what the queue refuses, and nobody audits',
    at: hookInside(relaying, {
      relay: (real) => (ports, records) => {
        const { dispatcher } = ports;
        const sendNow: typeof dispatcher.sendNow = (lane, messages) => {
          const sending = dispatcher.sendNow(lane, messages);
          return lane === 'first' ? sending.catch(nothing) : sending;
        };
        return real({ ...ports, dispatcher: altered(dispatcher, { sendNow }) }, records);
      },
    }),
    without: ['audit'],
  },
  {
    name: 'relay says that it is done while messages are still on their way',
    at: hookInside(relaying, {
      relay: (real) => (ports, records) => {
        const { dispatcher } = ports;
        const sendNow: typeof dispatcher.sendNow = async (lane, messages) => {
          void dispatcher.sendNow(lane, messages).catch(nothing);
        };
        const sendAllAt: typeof dispatcher.sendAllAt = async (due) => {
          void dispatcher.sendAllAt(due).catch(nothing);
        };
        return real({ ...ports, dispatcher: altered(dispatcher, { sendNow, sendAllAt }) }, records);
      },
    }),
    without: ['sweep', 'audit'],
  },
  {
    name: 'relay swallows the fault of one record among many',
    at: hook(relaying, {
      relay: (real) => async (ports, records) => {
        const ended = await Promise.allSettled(records.map((record) => real(ports, [record])));
        if (ended.every(({ status }) => status === 'rejected')) await real(ports, records);
      },
    }),
    without: ['sweep', 'audit'],
  },
  {
    name: 'relay goes by the endpoints of a while ago',
    at: hookInside(relaying, {
      relay: (real) => (ports, records) => {
        const get: typeof ports.configs.get = (merchantId) => ports.configs.get(merchantId, 0);
        return real({ ...ports, configs: altered(ports.configs, { get }) }, records);
      },
    }),
  },
  {
    name: 'relay does not ask for the first check',
    at: hookInside(relaying, {
      relay: (real) => (ports, records) =>
        real({ ...ports, dispatcher: altered(ports.dispatcher, { sendAllAt: nothing }) }, records),
    }),
    without: ['sweep'],
  },
  {
    name: 'the filter of an endpoint is ignored',
    at: hook(expecting, {
      expectedEndpoints: (real) => (outcome, config, notifyUrl) => {
        const endpoints = config.endpoints.map((endpoint) => ({
          ...endpoint,
          history: endpoint.history.map((span) => ({ ...span, types: ['*'] })),
        }));
        return real(outcome, { endpoints }, notifyUrl);
      },
    }),
  },
  {
    name: 'endpoints are expected by what they are set to now',
    at: hook(expecting, {
      expectedEndpoints: (real) => (outcome, config, notifyUrl) => {
        const endpoints = config.endpoints.map((endpoint) => ({
          ...endpoint,
          history: endpoint.history.slice(-1).map((span) => ({ ...span, from: '' })),
        }));
        return real(outcome, { endpoints }, notifyUrl);
      },
    }),
  },
  {
    name: 'the sweep sends without a lease',
    at: hookInside(sweeping, {
      sweepPartition: (real) => (ports, run) => {
        const lease = async () => true;
        const notifications = altered(ports.notifications, { lease });
        return real({ ...ports, notifications, checks: altered(ports.checks, { lease }) }, run);
      },
    }),
  },
  {
    name: 'the sweep finds nothing',
    at: hookInside(sweeping, {
      sweepPartition: (real) => (ports, run) =>
        real({ ...ports, dueIndex: altered(ports.dueIndex, { page: async () => ({ keys: [] }) }) }, run),
    }),
  },
  {
    name: 'the sweep of a crowded lane sends nothing',
    at: hookInside(sweeping, {
      sweepPartition: (real) => (ports, run) =>
        real({ ...ports, health: altered(ports.health, { isOpen: async () => true }) }, run),
    }),
  },
  {
    name: 'the sweep of a crowded lane holds nothing back',
    at: hookInside(sweeping, {
      sweepPartition: (real) => (ports, run) =>
        real({ ...ports, health: altered(ports.health, { isOpen: async () => false }) }, run),
    }),
  },
];
