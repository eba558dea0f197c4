import type { Notification, NotificationKey } from '../../../../lib/core/deliver/state/notification.ts';
import { isUnreadable, unreadableRowFault } from '../../../../lib/core/faults.ts';
import type { DirectoryEntry, Mark } from '../../../../lib/core/merchants/directory.ts';
import { NEWER_KIT_EVERY, OVERTAKEN_EVERY } from '../../stories/stories.ts';
import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/bookkeeping` and `lib/core/feed`: close, audit, and the windows that they read. */

const auditing = () => import('../../../../lib/core/bookkeeping/audit.ts');
const windows = () => import('../../../../lib/core/feed/window.ts');
const storedOutcomes = () => import('../../../../lib/core/record/stored-outcome.ts');

export const bookkeepingFaults: readonly DeliberateFault[] = [
  {
    name: 'the audit finds what is missing and does not make it',
    at: hookInside(auditing, {
      auditPartitions: (real) => (ports, run) =>
        real({ ...ports, notifications: altered(ports.notifications, { save: async () => false }) }, run),
    }),
  },
  {
    name: 'the audit takes for granted what it does not see at a glance',
    at: hookInside(() => import('../../../../lib/core/bookkeeping/missing-notifications.ts'), {
      look: (real) => (ports, merchantId, of) => {
        const notifications: typeof ports.glance.notifications = async (keys) => keys.map(asSeen);
        return real({ ...ports, glance: altered(ports.glance, { notifications }) }, merchantId, of);
      },
    }),
  },
  {
    name: 'windows with rows are passed as empty ones',
    at: hook(() => import('../../../../lib/core/bookkeeping/empty-windows.ts'), {
      skipEmptyWindows:
        () =>
        async (_feed, { toMs }) =>
          toMs,
    }),
  },
  {
    name: 'the audit does not wait for the stream',
    at: hook(() => import('../../../../lib/core/bookkeeping/stream-behind.ts'), {
      isStreamBehind: () => () => false,
    }),
  },
  {
    name: 'the audit does not wait for the lanes',
    at: hookInside(auditing, {
      auditPartitions: (real) => (ports, run) =>
        real({ ...ports, dispatcher: altered(ports.dispatcher, { backlog: async () => 0 }) }, run),
    }),
  },
  {
    name: 'windows are closed before the index has caught up',
    at: hook(() => import('../../../../lib/core/bookkeeping/close.ts'), {
      closePartitions: (real) => (ports, run) => real({ ...ports, feedLagSeconds: 0 }, run),
    }),
  },
  {
    name: 'a merchant that could not be closed gets no mark of its own',
    at: hook(() => import('../../../../lib/core/bookkeeping/merchant-mark.ts'), {
      fallBehind: (real) => async (directory, behind) => {
        if (behind.mark !== 'closed') await real(directory, behind);
      },
    }),
  },
  {
    name: 'a run that was overtaken takes away what a later one left open',
    at: hookInside(() => import('../../../../lib/core/bookkeeping/partition-scan.ts'), {
      walkPartition: (real) => (ports, walk) => {
        const list: typeof ports.directory.list = async (partition) =>
          (await ports.directory.list(partition)).map((entry) => withoutEnd(entry, walk.mark));
        return real({ ...ports, directory: altered(ports.directory, { list }) }, walk);
      },
    }),
    every: OVERTAKEN_EVERY,
  },
  {
    name: 'a run that succeeds takes away the mark of a later failure',
    at: hookInside(() => import('../../../../lib/adapters/memory/merchants/memory-merchants.ts'), {
      memoryMerchants: (real) => (table) => {
        const { directory, ...rest } = real(table);
        const changeOwnMark: typeof directory.changeOwnMark = async (seen, mark, open) => {
          const current = await directory.entry(seen.merchantId);
          return directory.changeOwnMark(current ?? seen, mark, open);
        };
        return { ...rest, directory: altered(directory, { changeOwnMark }) };
      },
    }),
    every: OVERTAKEN_EVERY,
  },
  {
    name: 'a digest leaves out a row',
    at: hookInside(windows, {
      feedRows: (real) => (feed, range) => {
        const page: typeof feed.page = async (asked) => {
          const { rows, ...rest } = await feed.page(asked);
          return { ...rest, rows: rows.slice(1) };
        };
        return real(altered(feed, { page }), range);
      },
    }),
  },
  {
    name: 'only one shard of the feed is closed',
    at: hook(windows, {
      feedRows: (real) => (feed, range) =>
        real(feed, { ...range, feedShards: Math.min(range.feedShards, 1) }),
    }),
  },
  {
    name: 'what could not be closed is shown as closed',
    at: hookInside(() => import('../../../../lib/core/feed/closed-through.ts'), {
      closedThroughOf: (real) => (directory, merchantId) => {
        const entry: typeof directory.entry = async (id) => {
          const found = await directory.entry(id);
          return found && { ...found, own: { ...found.own, closed: { rev: found.own.closed.rev } } };
        };
        return real(altered(directory, { entry }), merchantId);
      },
    }),
  },
  {
    name: 'rows are read by the rules of today’s requests',
    at: hook(storedOutcomes, {
      readOutcome: (real) => (row, name) => {
        const outcome = real(row, name);
        if (outcome.currency === 'XNW') throw unreadableRowFault(name, 'custom /currency');
        return outcome;
      },
    }),
    every: NEWER_KIT_EVERY,
  },
  {
    name: 'rows that cannot be read are dropped from the feed',
    at: hook(storedOutcomes, {
      readUntilUnreadable: (real) => (rows, read) => {
        const readable = rows.filter((row) => isReadable(() => read(row)));
        return { ...real(readable, read), taken: rows.length };
      },
    }),
    every: NEWER_KIT_EVERY,
  },
];

/** A notification as it begins. */
const asSeen = (key: NotificationKey): Notification => ({
  ...key,
  rev: 0,
  state: 'pending',
  listedAt: '',
  startedAt: '',
  attemptsMade: 0,
  attempts: [],
});

/** The end of the open stretch is forgotten, so that the end of the run's own stretch decides. */
function withoutEnd(entry: DirectoryEntry, mark: Mark): DirectoryEntry {
  const { open, rev } = entry.own[mark];
  if (open === undefined) return entry;
  return { ...entry, own: { ...entry.own, [mark]: { rev, open: { ...open, until: open.through } } } };
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return false;
  }
}
