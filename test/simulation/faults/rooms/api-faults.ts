import { type DeliberateFault, hook } from '../deliberate-fault.ts';

/** `lib/api`: cursors of lists. */

const cursors = () => import('../../../../lib/api/list-cursor.ts');
const CURSOR_TEST = 'test/api/list-cursor.test.ts';

export const apiFaults: readonly DeliberateFault[] = [
  {
    name: 'a cursor is good for every merchant',
    at: hook(cursors, {
      readCursor: (real) => (list, cursor) => real({ ...list, merchantId: undefined }, cursor),
      cursorText: (real) => (list, position) => real({ ...list, merchantId: undefined }, position),
      pageEnd: (real) => (list, next) => real({ ...list, merchantId: undefined }, next),
    }),
    test: CURSOR_TEST,
  },
  {
    name: 'a cursor is accepted with another filter',
    at: hook(cursors, {
      readCursor: (real) => (list, cursor) => real({ ...list, filter: {} }, cursor),
      cursorText: (real) => (list, position) => real({ ...list, filter: {} }, position),
      pageEnd: (real) => (list, next) => real({ ...list, filter: {} }, next),
    }),
    test: CURSOR_TEST,
  },
];
