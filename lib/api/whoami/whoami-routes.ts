import { windowSecondsOf } from '../../core/feed/closed-through.ts';
import type { Directory } from '../../core/merchants/directory.ts';
import { type Route, route } from '../api-app.ts';
import { answer } from '../contract/operation.ts';
import { whoAmI } from './whoami-contract.ts';

interface WhoAmIPorts {
  readonly directory: Pick<Directory, 'mark'>;
  readonly serviceVersion: string;
  /** As configured: in force until the first window is closed. */
  readonly windowSeconds: number;
  readonly feedLagSeconds: number;
  readonly auditAfterSeconds: number;
  readonly retentionDays: number;
}

export function whoAmIRoutes(ports: WhoAmIPorts): readonly Route[] {
  const { serviceVersion: version, feedLagSeconds, auditAfterSeconds, retentionDays } = ports;
  return [
    route(whoAmI, async ({ caller }) => {
      const windowSeconds = (await windowSecondsOf(ports.directory)) ?? ports.windowSeconds;
      const service = { version, windowSeconds, feedLagSeconds, auditAfterSeconds, retentionDays };
      return answer(200, { ...caller, service });
    }),
  ];
}
