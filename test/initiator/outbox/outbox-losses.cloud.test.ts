import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/adapters/system.ts';
import { type CommitResult, newCommitId } from '../../../lib/initiator/dynamodb.ts';
import type { InitiatorFault } from '../../../lib/initiator/index.ts';
import { startDynamoDbUnderTest } from '../../adapters/support/emulators.ts';
import { ended } from './own-items.ts';
import { useOutbox } from './own-outbox.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describe('an outcome in the initiator’s own transaction', () => {
  const outbox = useOutbox(dynamodb);
  const { commit, versions, record, rawItem } = outbox;

  describe('over a network that loses requests and answers', () => {
    it('is committed once though the answer was lost, and is known by its commitId', async () => {
      outbox.faulty.fates = ['fine', 'answer lost'];
      expect(await commit('pay_1')).toMatchObject({ kind: 'committed' });
      expect(await outbox.own.effects('pay_1')).toBe(1);
      expect(outbox.faulty.asked).toEqual(['GetItem', 'TransactWriteItems', 'Query']);
    });

    it('is committed once though the answer was lost and the items’ conditions hold no more', async () => {
      outbox.faulty.fates = ['fine', 'answer lost', 'request lost', 'request lost', 'request lost'];
      // The stored outcome cannot be read either: the result is unknown, and the fault names the id to continue with.
      const fault = (await commit('pay_1', { transactItems: [outbox.own.take('lock')] }).catch(
        (error: unknown) => error,
      )) as InitiatorFault;
      expect(fault).toMatchObject({ code: 'result_unknown', retryable: true });
      const { commitId = '' } = fault;
      const again = await commit('pay_1', { transactItems: [outbox.own.take('lock')], commitId });
      expect(again).toMatchObject({ kind: 'committed', commitId });
    });

    it('is tried again with a new stamp where the request was lost', async () => {
      outbox.faulty.fates = ['fine', 'request lost', 'fine', 'broken server'];
      let nowMs = systemClock.now();
      const clock = { now: () => (nowMs += 1) };
      expect(await commit('pay_1', { machine: { ...outbox.machine.machine, clock } })).toMatchObject({
        kind: 'committed',
      });
      const stamps = outbox.faulty.transactions.map(
        ({ TransactItems }) => (TransactItems.at(-1) as never as RawPut).Put.Item.listedAt.S,
      );
      expect(new Set(stamps).size).toBe(3);
      expect((await rawItem('pay_1'))?.listedAt).toBe(stamps.at(-1));
      expect(await outbox.own.effects('pay_1')).toBe(1);
    });

    it('ends a try when its stamp has grown old, and knows that it may have been committed', async () => {
      // A third of the shortest lag, less a little: the bound of such a deployment.
      outbox.faulty.fates = ['fine', 'answer late'];
      expect(await commit('pay_1', { feedLagSeconds: 3 })).toMatchObject({ kind: 'committed' });
      expect(await outbox.own.effects('pay_1')).toBe(1);
    });

    it('is tried again after collisions and throttling, which wrote nothing', async () => {
      outbox.faulty.fates = ['throttled', 'fine', 'colliding', 'throttled'];
      expect(await commit('pay_1')).toMatchObject({ kind: 'committed' });
      expect(await outbox.own.effects('pay_1')).toBe(1);
      expect(outbox.machine.slept).toHaveLength(3);
      // Nothing stood in doubt, so nothing had to be read.
      expect(outbox.faulty.asked).not.toContain('Query');
    });

    it('ends unavailable where DynamoDB takes nothing, and says that nothing was written', async () => {
      outbox.faulty.concerns = (operation) => operation === 'TransactWriteItems';
      outbox.faulty.fates = Array.from({ length: 5 }, () => 'colliding' as const);
      await expect(commit('pay_1')).rejects.toMatchObject({ code: 'unavailable', retryable: true });
      expect(await versions('pay_1')).toEqual([]);
    });

    it('ends refused where it may not write, and asks no second time', async () => {
      outbox.faulty.fates = ['fine', 'no permission'];
      await expect(commit('pay_1')).rejects.toMatchObject({ code: 'refused_by_aws', retryable: false });
      expect(outbox.faulty.asked).toEqual(['GetItem', 'TransactWriteItems']);
    });

    it('is not called cancelled while an earlier try may still be committed', async () => {
      await outbox.own.put('lock');
      outbox.faulty.fates = ['fine', 'request lost'];
      await expect(commit('pay_1', { transactItems: [outbox.own.take('lock')] })).rejects.toMatchObject({
        code: 'result_unknown',
      });
    });

    it('is not called cancelled while the same call, made before a crash, is being committed', async () => {
      const call = { commitId: newCommitId(), transactItems: [outbox.own.take('lock')] };
      const { machine } = outbox.machine;
      const sleep = async () => void (await commit('pay_1', call));
      outbox.faulty.fates = ['fine', 'half seen'];
      expect(await commit('pay_1', { ...call, machine: { ...machine, sleep } })).toMatchObject({
        kind: 'committed',
        commitId: call.commitId,
      });
    });

    it('is committed exactly as often as it says, for any losses and repetitions', async () => {
      const fate = fc.constantFrom(
        'fine',
        'fine',
        'request lost',
        'answer lost',
        'throttled',
        'colliding',
        'broken server',
      );
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fate, { maxLength: 14 }),
          fc.boolean(),
          fc.boolean(),
          async (fates, isAfterPending, isConditional) => {
            count += 1;
            const id = `pay_${count}`;
            if (isAfterPending) await record(id, { status: 'PENDING' });
            outbox.faulty.fates = [...fates];
            const transactItems = [
              outbox.own.count(id),
              ...(isConditional ? [outbox.own.take(`${id}-lock`)] : []),
            ];
            const commitId = newCommitId();
            let result: CommitResult | undefined;
            while (result === undefined) {
              result = await commit(id, { transactItems, commitId }).catch((error: unknown) => {
                expect(error).toMatchObject({ name: 'InitiatorFault', retryable: true });
                return undefined;
              });
            }
            expect(result.kind).toBe('committed');
            expect(await outbox.own.effects(id)).toBe(1);
            expect((await versions(id)).at(-1)).toMatchObject({ status: 'SUCCEEDED' });
            outbox.faulty.fates = [];
            // Anybody else's call finds it decided.
            expect(await commit(id, { transactItems })).toMatchObject({ kind: 'outcome_conflict' });
            expect(await outbox.own.effects(id)).toBe(1);
          },
        ),
        { numRuns: 60, endOnFailure: true },
      );
    });

    it('reports a conflict for a commitId that was used for another end', async () => {
      const commitId = newCommitId();
      await commit('pay_1', { commitId });
      const other = { outcome: ended('pay_1', { status: 'FAILED' }), commitId };
      expect(await commit('pay_1', other)).toMatchObject({ kind: 'outcome_conflict' });
    });
  });

  describe('of a process that is killed', () => {
    const script = fileURLToPath(new URL('killed-commit.ts', import.meta.url));
    /** Runs the same call in a process that ends itself at one point of it. */
    async function killed(point: 'stamped' | 'committed', commitId: string): Promise<void> {
      const child = fork(script, [point, outbox.table.table.name, commitId]);
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');
    }

    it('is committed once by the repeated call, whether it died before the commit or after', async () => {
      for (const [point, effects] of [
        ['stamped', 0],
        ['committed', 1],
      ] as const) {
        const commitId = newCommitId();
        const id = `pay_${point}`;
        await killed(point, commitId);
        expect([await outbox.own.effects(id), (await versions(id)).length]).toEqual([effects, effects]);
        const transactItems = [outbox.own.count(id), outbox.own.take(`${id}-lock`)];
        const again = () => commit(id, { transactItems, commitId });
        expect(await again()).toMatchObject({ kind: 'committed', commitId });
        expect(await again()).toMatchObject({ kind: 'committed', commitId });
        expect(await outbox.own.effects(id)).toBe(1);
      }
    });
  });

  interface RawPut {
    readonly Put: { readonly Item: { readonly listedAt: { readonly S: string } } };
  }
});
