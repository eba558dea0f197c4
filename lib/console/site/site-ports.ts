import type { SessionStore } from '../../core/merchants/sessions/session-store.ts';
import type { Clock, Random, Reporter } from '../../core/runtime/environment.ts';
import type { ApiPorts } from '../asking/console-api.ts';
import type { PackedAssets } from './http/assets.ts';

/** What the console needs from outside. */
export interface SitePorts {
  readonly sessions: SessionStore;
  readonly api: ApiPorts;
  readonly assets: PackedAssets;
  readonly clock: Clock;
  readonly random: Random;
  readonly reporter: Reporter;
  /** What the proxy in front sends with each request, if there is one. */
  readonly originSecret?: string | undefined;
  /** The address of the service. Default: that of each request. */
  readonly publicUrl?: string | undefined;
}
