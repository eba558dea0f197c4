import type { State } from '../storage/state.ts';
import type { Failures } from './retry-policy.ts';

/** A one-time schedule. */
export interface StoredSchedule {
  readonly groupName: string;
  readonly name: string;
  /** When the next attempt is due, in milliseconds since 1970. */
  readonly dueAt: number;
  /** The CreateSchedule request as received. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A schedule whose next attempt is due. */
export type DueSchedule = StoredSchedule & Failures;

/** Stores schedules in SQLite. */
export interface ScheduleStore {
  /** Returns `false` if the group already has a schedule of this name. */
  add(schedule: StoredSchedule): boolean;
  find(groupName: string, name: string): StoredSchedule | undefined;
  /** Returns `false` if there is no such schedule. */
  remove(groupName: string, name: string): boolean;
  /** Lists schedules by name, after `afterName`. */
  list(groupName: string, prefix: string, afterName: string, limit: number): readonly StoredSchedule[];
  due(now: number, limit: number): readonly DueSchedule[];
  /** Counts a failure at `now`, and moves the next attempt to `dueAt`. */
  postpone(schedule: StoredSchedule, now: number, dueAt: number): void;
  nextDueAt(): number | undefined;
}

/** Opens the schedule table in the cloud's database. */
export function openScheduleStore({ database }: State): ScheduleStore {
  const insert = database.prepare(
    'INSERT OR IGNORE INTO schedule (group_name, name, due_at, definition) VALUES (?, ?, ?, ?)',
  );
  const select = database.prepare('SELECT * FROM schedule WHERE group_name = ? AND name = ?');
  const remove = database.prepare('DELETE FROM schedule WHERE group_name = ? AND name = ?');
  const list = database.prepare(
    `SELECT * FROM schedule WHERE group_name = ? AND substr(name, 1, length(?2)) = ?2 AND name > ?
     ORDER BY name LIMIT ?`,
  );
  const due = database.prepare('SELECT * FROM schedule WHERE due_at <= ? ORDER BY due_at LIMIT ?');
  const postpone = database.prepare(
    `UPDATE schedule SET due_at = ?, failures = failures + 1, failing_since = coalesce(failing_since, ?)
     WHERE group_name = ? AND name = ?`,
  );
  const next = database.prepare('SELECT min(due_at) AS at FROM schedule');
  return {
    add: ({ groupName, name, dueAt, definition }) =>
      insert.run(groupName, name, dueAt, JSON.stringify(definition)).changes === 1,
    find: (groupName, name) => {
      const row = select.get(groupName, name);
      return row === undefined ? undefined : readRow(row);
    },
    remove: (groupName, name) => remove.run(groupName, name).changes === 1,
    list: (groupName, prefix, afterName, limit) => list.all(groupName, prefix, afterName, limit).map(readRow),
    due: (now, limit) => due.all(now, limit).map(readDueRow),
    postpone: ({ groupName, name }, now, dueAt) => {
      postpone.run(dueAt, now, groupName, name);
    },
    nextDueAt: () => {
      const at = next.get()?.at;
      return typeof at === 'number' ? at : undefined;
    },
  };
}

function readRow(row: Readonly<Record<string, unknown>>): StoredSchedule {
  return {
    groupName: String(row.group_name),
    name: String(row.name),
    dueAt: Number(row.due_at),
    definition: JSON.parse(String(row.definition)) as Record<string, unknown>,
  };
}

function readDueRow(row: Readonly<Record<string, unknown>>): DueSchedule {
  const { failures, failing_since: since } = row;
  return {
    ...readRow(row),
    failures: Number(failures),
    failingSince: since === null ? undefined : Number(since),
  };
}
