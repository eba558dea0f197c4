import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS_KEPT } from '../../../../lib/core/deliver/state/notification.ts';
import { anyNotification } from '../../support/arbitraries.ts';
import { at, endpointId, notification, OTHER, settled } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeNotificationStore(name: string, open: OpenTable): void {
  describe(`NotificationStore on ${name}`, () => {
    const table = useTable(open);
    const stored = () => table().notifications.read(notification());

    it('reads back every field of any notification at once', async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(anyNotification, async (any) => {
          count += 1;
          const one = { ...any, endpointId: endpointId(`${any.endpointId.slice(0, 50)}-${count}`) };
          expect(await table().notifications.save(one, 'absent')).toBe(true);
          expect(await table().notifications.read(one)).toStrictEqual(one);
        }),
        { numRuns: 100 },
      );
    });

    it('keeps 32 attempts of every kind, and drops what a later write leaves out', async () => {
      const attempts = Array.from({ length: MAX_ATTEMPTS_KEPT }, (_, index) => ({
        number: index + 1,
        at: at(index * 30),
        durationMs: 30_000,
        ...(index % 2 === 0
          ? { error: 'connection_failed' }
          : { statusCode: 503, error: 'http_server_error' }),
      }));
      const full = notification({ attempts, responseSnippet: '界'.repeat(170), writtenBy: 'w1' });
      await table().notifications.save(full, 0);
      expect(await stored()).toStrictEqual(full);
      const bare = settled({ rev: 2, state: 'delivered' });
      await table().notifications.save(bare, 1);
      expect(await stored()).toStrictEqual(bare);
    });

    it('knows nothing of what was never written, nor of another merchant, version or endpoint', async () => {
      await table().notifications.save(notification(), 0);
      for (const changes of [{ merchantId: OTHER }, { version: 2 }, { endpointId: 'ep_10' }]) {
        expect(await table().notifications.read(notification(changes))).toBeUndefined();
      }
    });

    describe('the fence', () => {
      it('takes 0 where there is no item, and where there is one of rev 0', async () => {
        expect(await table().notifications.save(notification({ rev: 0, state: 'pending' }), 0)).toBe(true);
        expect(await table().notifications.save(notification({ rev: 1 }), 0)).toBe(true);
        expect(await table().notifications.save(notification({ rev: 1, attemptsMade: 9 }), 0)).toBe(false);
        expect(await stored()).toEqual(notification({ rev: 1 }));
      });

      it('takes n where the item has it, and nowhere else', async () => {
        expect(await table().notifications.save(notification({ rev: 3 }), 2)).toBe(false);
        expect(await stored()).toBeUndefined();
        await table().notifications.save(notification({ rev: 2 }), 0);
        expect(await table().notifications.save(notification({ rev: 3 }), 1)).toBe(false);
        expect(await table().notifications.save(notification({ rev: 4 }), 3)).toBe(false);
        expect(await table().notifications.save(notification({ rev: 3 }), 2)).toBe(true);
        expect(await stored()).toEqual(notification({ rev: 3 }));
      });

      it("takes 'absent' where there is no item at all: one of rev 0 is one", async () => {
        const created = notification({ rev: 0, state: 'pending' });
        expect(await table().notifications.save(created, 'absent')).toBe(true);
        expect(await table().notifications.save({ ...created, attemptsMade: 9 }, 'absent')).toBe(false);
        expect(await stored()).toEqual(created);
      });

      it.each([
        { standing: undefined, expected: 0 as const },
        { standing: undefined, expected: 'absent' as const },
        { standing: 0, expected: 0 as const },
        { standing: 5, expected: 5 as const },
      ])('lets one of twenty through that expect $expected where $standing stands', async (race) => {
        const { standing, expected } = race;
        if (standing !== undefined) await table().notifications.save(notification({ rev: standing }), 0);
        const rev = (standing ?? 0) + 1;
        const results = await atOnce((writer) =>
          table().notifications.save(notification({ rev, attemptsMade: writer }), expected),
        );
        expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
        expect(await stored()).toEqual(notification({ rev, attemptsMade: results.indexOf(true) }));
      });
    });

    describe('a lease', () => {
      it('moves the time of the next attempt, and nothing else', async () => {
        await table().notifications.save(notification({ rev: 4, writtenBy: 'w' }), 0);
        const read = notification({ rev: 4, writtenBy: 'w' });
        expect(await table().notifications.lease(read, at(900))).toBe(true);
        expect(await stored()).toStrictEqual({ ...read, nextAttemptAt: at(900) });
      });

      it('does not look like the attempt before it, whose rev it keeps', async () => {
        const attempted = notification({ rev: 4, attemptRev: 4 });
        await table().notifications.save(attempted, 0);
        expect(await table().notifications.lease(attempted, at(900))).toBe(true);
        expect(await stored()).toStrictEqual(notification({ rev: 4, nextAttemptAt: at(900) }));
      });

      it('does not look like the change of state before it, and adds none to a row of an older version', async () => {
        const changed = notification({ rev: 4, state: 'retrying', stateBefore: 'none' });
        await table().notifications.save(changed, 0);
        expect(await table().notifications.lease(changed, at(900))).toBe(true);
        const leased = { ...changed, stateBefore: 'retrying', nextAttemptAt: at(900) };
        expect(await stored()).toStrictEqual(leased);
      });

      it('is refused if it was attempted, leased, settled or removed since', async () => {
        const read = notification({ rev: 4 });
        expect(await table().notifications.lease(read, at(900))).toBe(false);
        expect(await stored()).toBeUndefined();
        for (const standing of [
          notification({ rev: 5 }),
          notification({ rev: 4, nextAttemptAt: at(16) }),
          settled({ rev: 5, state: 'delivered' }),
        ]) {
          const rev = (await stored())?.rev ?? 0;
          await table().notifications.save(standing, rev);
          expect(await table().notifications.lease(read, at(900))).toBe(false);
          expect(await stored()).toStrictEqual(standing);
        }
      });

      it('is refused where nothing is due', async () => {
        await table().notifications.save(settled({ state: 'delivered' }), 0);
        expect(await table().notifications.lease(settled({ state: 'delivered' }), at(900))).toBe(false);
        expect(await stored()).toStrictEqual(settled({ state: 'delivered' }));
      });

      it('goes to one of twenty', async () => {
        await table().notifications.save(notification(), 0);
        const results = await atOnce((writer) =>
          table().notifications.lease(notification(), at(900 + writer)),
        );
        expect(results.filter((isLeased) => isLeased)).toHaveLength(1);
        expect((await stored())?.nextAttemptAt).toBe(at(900 + results.indexOf(true)));
      });
    });
  });
}
