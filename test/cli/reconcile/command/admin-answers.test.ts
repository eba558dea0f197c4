import { describe, expect, it } from 'vitest';
import { openLedgerService } from '../../../../lib/cli/reconcile/command.ts';

const connection = { api: 'http://127.0.0.1:4510', key: 'tk_admin_secretsecretsecret' };

function asked(asAdminOf?: string) {
  const paths: string[] = [];
  const fetch = async (url: string) => {
    paths.push(new URL(url).pathname);
    return Response.json({ closedThrough: '2026-11-20T08:00:00.000Z', windowSeconds: 300, items: [] });
  };
  const service = openLedgerService(
    { ...connection, ...(asAdminOf !== undefined && { asAdminOf }) },
    { fetch },
  );
  return { service, paths };
}

describe('an admin that compares a ledger', () => {
  it('asks about the merchant that it named, and takes answers that name no request', async () => {
    const { service, paths } = asked('fast');
    expect(await service.closing()).toMatchObject({ windowSeconds: 300 });
    expect([service.merchantId(), paths]).toEqual(['fast', ['/v1/merchants/fast/windows']]);
  });
});

it('an answer to a key of the merchant must name its request', async () => {
  const { service } = asked();
  await expect(service.closing()).rejects.toThrow();
});
