import { expect, it } from 'vitest';
import { notify } from '../../../lib/protocol/runtime/observers.ts';
import { brokenLogs } from '../../support/broken-logs.ts';

it('tells the news, and needs nobody who hears it', () => {
  const heard: string[] = [];
  notify((news: string) => heard.push(news), 'one');
  notify(undefined, 'two');
  expect(heard).toEqual(['one']);
});

it.each(brokenLogs)('ignores an observer that $name', ({ log }) => {
  expect(() => notify(log, 'news')).not.toThrow();
});
