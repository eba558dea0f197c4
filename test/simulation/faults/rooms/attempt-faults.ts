import type { MerchantConfig } from '../../../../lib/core/merchants/merchant-config.ts';
import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/deliver/attempt`: one request, its target, and what its answer means. */

const nextStep = () => import('../../../../lib/core/deliver/attempt/next-step.ts');
const classifying = () => import('../../../../lib/core/deliver/attempt/classify.ts');
const target = () => import('../../../../lib/core/deliver/attempt/target.ts');

/** The age of settings, in milliseconds, that may permit an attempt. */
const OLD_MS = 10_000;

let bodies = 0;

export const attemptFaults: readonly DeliberateFault[] = [
  {
    name: 'the message is let go before the next attempt is scheduled',
    at: hook(nextStep, {
      whenAttempted:
        (real) =>
        (...given) =>
          unsent(real(...given)),
    }),
    without: ['sweep'],
  },
  {
    name: 'what the first lane did not wait for is sent nowhere',
    at: hook(nextStep, {
      whenHandedOver:
        (real) =>
        (...given) =>
          unsent(real(...given)),
    }),
    without: ['sweep'],
  },
  {
    name: 'a redirect counts as a delivery',
    at: hook(classifying, {
      classify: (real) => (exchange, options) => {
        const isRedirect =
          exchange.kind === 'response' && exchange.statusCode >= 300 && exchange.statusCode <= 399;
        return real(isRedirect ? { ...exchange, statusCode: 200 } : exchange, options);
      },
    }),
  },
  {
    name: 'a 200 that says failure counts as a delivery',
    at: hook(classifying, {
      classify:
        (real) =>
        (exchange, { expectBody, attemptAtMs }) => {
          const isOk = exchange.kind === 'response' && exchange.statusCode === 200;
          return real(exchange, { attemptAtMs, expectBody: isOk ? undefined : expectBody });
        },
    }),
  },
  {
    name: 'the body is built anew for each attempt',
    at: hook(() => import('../../../../lib/core/deliver/attempt/callback.ts'), {
      callbackOf: (real) => (outcome) => {
        bodies += 1;
        const callback = real(outcome);
        return { ...callback, body: JSON.stringify({ ...JSON.parse(callback.body), builtAs: bodies }) };
      },
    }),
  },
  {
    name: 'a disabled endpoint is called',
    at: hookInside(target, {
      resolveTarget: (real) => (ports, key, outcome) => {
        const get: typeof ports.configs.get = async (...asked) => {
          const config = await ports.configs.get(...asked);
          return config && withAllEnabled(config);
        };
        return real({ ...ports, configs: altered(ports.configs, { get }) }, key, outcome);
      },
    }),
  },
  {
    name: 'settings of a moment ago refuse for good',
    at: hookInside(target, {
      resolveTarget: (real) => (ports, key, outcome) => {
        const get: typeof ports.configs.get = (merchantId) =>
          ports.configs.get(merchantId, ports.clock.now() - OLD_MS);
        return real({ ...ports, configs: altered(ports.configs, { get }) }, key, outcome);
      },
    }),
  },
];

function unsent<Step extends { readonly sendAtMs?: number }>({ sendAtMs: _left, ...step }: Step) {
  return step;
}

function withAllEnabled(config: MerchantConfig): MerchantConfig {
  const endpoints = config.endpoints.map((endpoint) => ({
    ...endpoint,
    history: endpoint.history.map((span) => ({ ...span, enabled: true })),
  }));
  return { ...config, endpoints };
}
