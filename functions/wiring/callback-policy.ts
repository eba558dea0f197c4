import type { Config } from '../../lib/adapters/config.ts';
import type { CallbackPolicy } from '../../lib/protocol/content/callback-target.ts';

/** The settings that say which addresses may be called. */
export const CALLBACK_SETTINGS = ['callbackPorts', 'allowLoopback', 'permittedHosts'] as const;

/** Which addresses may be called, by the settings of this function. */
export function callbackPolicyOf(config: Config<(typeof CALLBACK_SETTINGS)[number]>): CallbackPolicy {
  return {
    allowedPorts: config.callbackPorts,
    allowLoopback: config.allowLoopback,
    permittedHosts: config.permittedHosts,
  };
}
