import type { Config } from '../../lib/adapters/config.ts';
import type { CallbackPolicy } from '../../lib/core/address.ts';

/** Which addresses may be called, by the settings of this function. */
export function callbackPolicyOf(config: Config<'callbackPorts' | 'allowLoopback'>): CallbackPolicy {
  return { allowedPorts: config.callbackPorts, allowLoopback: config.allowLoopback };
}
