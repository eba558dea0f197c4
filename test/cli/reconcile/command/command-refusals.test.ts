import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fetchOf } from '../../../support/kit.ts';
import { FROM, type Row, textOf, useLedgerCommand } from './ledger-command.ts';

/** A refusal that nobody signed. */
function refusalOf(code: string, url: string, { method }: RequestInit): Response {
  const request = `${method} ${url.slice('https://tidings.example'.length)}`;
  const answer = { merchantId: 'demo', request, asOf: FROM, code, title: `${code} is why.` };
  return Response.json(answer, { status: 409 });
}

describe('reconciling a ledger', () => {
  const setup = useLedgerCommand();
  const { file, list, close, run } = setup;

  describe('refuses, and shows nothing that looks like an answer,', () => {
    it('a ledger with a row twice', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const twice = [...rows.slice(0, 60), rows[2] as Row, ...rows.slice(60)];
      const { status, lines, said } = await run(twice, { json: false });
      expect([status, lines]).toEqual([2, []]);
      expect(said).toContain('Line 62 repeats line 4: transaction pay_2, version 1');
    });

    it('a ledger in which a row has no type, when types are compared', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own: Row = { ...(rows[5] as Row), transactionId: 'own_1' as never, transactionType: '' as never };
      expect(await run([...rows, own], { types: 'payment.*' })).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringContaining('Line 92: transactionType is ""'),
      });
      expect((await run([...rows, own])).status).toBe(1);
    });

    it('a ledger that changes while it is read', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(setup.world);
      const { status, said } = await run(rows.slice(1), {
        from: FROM,
        fetch: async (url, init) => {
          if (url.includes('resolution=hour'))
            appendFileSync(file, textOf(rows.slice(0, 1)).split('\r\n')[1] ?? '');
          return own(url, init);
        },
      });
      expect([status, said]).toEqual([2, expect.stringContaining('ledger_changed')]);
    });

    it('answers that were not signed with the secret, to another question, or of another merchant', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(setup.world);
      const wrongSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
      expect(await run(rows, { connection: { secret: wrongSecret } })).toMatchObject({
        status: 3,
        lines: [],
        said: expect.stringMatching(/signature_mismatch(.|\n)*Is TIDINGS_SECRET the merchant's secret/),
      });
      const asOther: typeof own = (url, init) => own(url.replace('resolution=day', 'resolution=hour'), init);
      for (const connection of [{}, { secret: '' }]) {
        expect((await run(rows, { fetch: asOther, connection })).said).toMatch(/wrong_(question|answer)/);
      }
      const changed: typeof own = async (url, init) => {
        const response = await own(url, init);
        return new Response((await response.text()).replace('"count":', '"count":1'), response);
      };
      expect((await run(rows, { fetch: changed })).said).toContain('signature_mismatch');
      expect(await run(rows, { fetch: changed, connection: { secret: '' } })).not.toMatchObject({
        status: 0,
      });
    });

    it('an answer about other rows than were claimed', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(setup.world);
      const { said } = await run(rows.slice(1), {
        from: FROM,
        connection: { secret: '' },
        fetch: (url, init) =>
          own(
            url,
            init.method === 'POST' ? { ...init, body: String(init.body).replace(/,\{[^}]*\}\]/, ']') } : init,
          ),
      });
      expect(said).toContain('is about other rows');
    });

    it('an answer about another window, be it signed and about the same rows', async () => {
      await list(60, 10_000);
      await close(60);
      const own = fetchOf(setup.world);
      let kept: Response | undefined;
      // Of both windows the ledger has nothing: only what the answer says of itself tells them apart.
      const replaying: typeof own = async (url, init) => {
        if (init.method !== 'POST') return own(url, init);
        kept ??= await own(url, init);
        return kept.clone();
      };
      expect(await run([], { from: FROM, fetch: replaying })).toMatchObject({
        status: 3,
        said: expect.stringContaining('is about another window'),
      });
    });

    it('a merchant that an admin named and that does not exist', async () => {
      const connection = { key: setup.world.admin, secret: '', asAdminOf: 'typo' };
      const { status, said } = await run([], { connection });
      expect([status, said]).toEqual([4, expect.stringContaining('There is no such merchant')]);
    });

    it.each([
      ['the first question', /resolution=day/],
      ['the sums of hours', /resolution=hour/],
      ['a claim', /^POST/],
      ['rows', /\/transactions\?/],
    ])('a merchant that is erased meanwhile: %s', async (_, at) => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(setup.world);
      const erased: typeof own = async (url, init) => {
        if (at.test(`${init.method} ${url}`)) return refusalOf('merchant_erased', url, init);
        // Only then are rows asked for.
        return init.method === 'POST' ? refusalOf('window_too_large', url, init) : own(url, init);
      };
      expect(
        await run(rows.slice(1), { from: FROM, fetch: erased, connection: { secret: '' } }),
      ).toMatchObject({ status: 4, lines: [], said: expect.stringContaining('merchant_erased is why.') });
    });

    it('a list of rows that says that there is more, and not where', async () => {
      const rows = await list(600, 100);
      await close(10);
      const own = fetchOf(setup.world);
      const endless: typeof own = async (url, init) => {
        if (init.method === 'POST') {
          const problem = { merchantId: 'demo', request: 'POST /v1/reconciliations', asOf: FROM };
          return Response.json({ ...problem, code: 'window_too_large' }, { status: 409 });
        }
        const response = await own(url, init);
        if (!url.includes('/transactions?')) return response;
        return Response.json({ ...((await response.json()) as object), hasMore: true });
      };
      const connection = { secret: '' };
      expect(await run(rows.slice(1), { from: FROM, fetch: endless, connection })).toMatchObject({
        status: 3,
        said: expect.stringContaining('malformed_body'),
      });
    });

    it.each([
      ['an invalid secret', { secret: 'whsec_wrong' }, 'TIDINGS_SECRET is not a secret', 2],
      ['an unknown key', { key: 'tk_nobody_x' }, 'key_refused', 4],
    ])('%s', async (_, connection, said, status) => {
      expect(await run([], { connection })).toMatchObject({
        status,
        lines: [],
        said: expect.stringContaining(said),
      });
    });

    it('a key without the scope, and a server that is not Tidings', async () => {
      expect((await run([], { connection: { key: setup.world.admin } })).said).toContain(
        'scope receiver or merchant',
      );
      const page = async () => new Response('<html></html>', { status: 200 });
      expect((await run([], { fetch: page })).said).toContain('is TIDINGS_API the address');
      const away = () => Promise.reject(new Error('no connection'));
      expect((await run([], { fetch: away })).said).toContain('service_unavailable');
    });

    it.each([
      ['--from', { from: 'yesterday' }, 'invalid_option'],
      ['--to', { to: '2026-11-20T08:00:00' }, 'invalid_option'],
      ['--to in February', { to: '2026-02-30' }, 'invalid_option'],
      ['--from in November', { from: '2026-11-31' }, 'invalid_option'],
      ['--from at the end of a day', { from: '2026-11-20T24:00:00Z' }, 'invalid_option'],
      ['--types', { types: 'Payments' }, 'invalid_types'],
      ['--ledger', { ledger: undefined }, 'missing_setting'],
    ])('an invalid %s', async (_, options, code) => {
      expect(await run([], options)).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringContaining(code),
      });
    });
  });
});
