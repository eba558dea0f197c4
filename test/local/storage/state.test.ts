import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openScheduleStore } from '../../../lib/local/scheduler/schedule-store.ts';
import { openState } from '../../../lib/local/storage/state.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

it('reads the schedules of a version that did not count failures', () => {
  const directory = temporaryDirectory();
  const earlier = new DatabaseSync(join(directory, 'cloud.sqlite'));
  earlier.exec(`
    CREATE TABLE checkpoint (mapping TEXT NOT NULL) STRICT;
    CREATE TABLE schedule (group_name TEXT NOT NULL, name TEXT NOT NULL, due_at INTEGER NOT NULL,
      definition TEXT NOT NULL, PRIMARY KEY (group_name, name)) STRICT;
    INSERT INTO schedule VALUES ('default', 'old', 7, '{}');`);
  earlier.close();
  const state = openState(directory);
  const store = openScheduleStore(state);
  const [schedule] = store.due(7, 1);
  expect(schedule).toEqual({
    groupName: 'default',
    name: 'old',
    dueAt: 7,
    definition: {},
    failures: 0,
    failingSince: undefined,
  });
  state.close();
  removeDirectory(directory);
});
