import { createDirectory } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createPortalLinkStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-session-store.ts';
import type { Route } from '../../lib/api/api-app.ts';
import { portalLinkRoutes } from '../../lib/api/portal-links/portal-links-routes.ts';
import { whoAmIRoutes } from '../../lib/api/whoami/whoami-routes.ts';
import type { ApiService } from '../wiring/api-service.ts';

/** The version in `package.json`, which the bundler puts in. */
declare const SERVICE_VERSION: string;

/** The settings that operating needs. */
export const OPERATE_SETTINGS = ['windowSeconds', 'auditAfterSeconds'] as const;

type OperateService = ApiService<(typeof OPERATE_SETTINGS)[number]>;

/** Requests about the whole service. */
export function routesToOperate(service: OperateService): readonly Route[] {
  const { table, config } = service;
  const ports = {
    ...service,
    ...config,
    directory: createDirectory(table),
    portalLinks: createPortalLinkStore(table),
    serviceVersion: SERVICE_VERSION,
  };
  return [...whoAmIRoutes(ports), ...portalLinkRoutes(ports)];
}
