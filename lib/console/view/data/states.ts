import type { Text } from '../ui.ts';
import type { Shape, Tone } from './glyph.tsx';

/** A state of anything that the console shows: a notification, an endpoint, a window, a job, a key. */
export type StateName = keyof Text['states'];

export interface Look {
  readonly shape: Shape;
  readonly tone: Tone;
}

/** The shape and the colour of each state. */
export const LOOKS: Readonly<Record<StateName, Look>> = {
  pending: { shape: 'ring', tone: 'wait' },
  retrying: { shape: 'again', tone: 'warn' },
  delivered: { shape: 'tick', tone: 'good' },
  acknowledged: { shape: 'agreed', tone: 'info' },
  exhausted: { shape: 'stop', tone: 'bad' },
  blocked: { shape: 'barred', tone: 'off' },
  open: { shape: 'half', tone: 'warn' },
  lost: { shape: 'lost', tone: 'bad' },
  healthy: { shape: 'tick', tone: 'good' },
  slow: { shape: 'half', tone: 'warn' },
  failing: { shape: 'warning', tone: 'warn' },
  paused: { shape: 'pause', tone: 'bad' },
  unknown: { shape: 'dashed', tone: 'off' },
  disabled: { shape: 'barred', tone: 'off' },
  enabled: { shape: 'tick', tone: 'good' },
  equal: { shape: 'tick', tone: 'good' },
  different: { shape: 'unequal', tone: 'bad' },
  not_compared: { shape: 'ring', tone: 'wait' },
  not_closed: { shape: 'dashed', tone: 'off' },
  empty: { shape: 'none', tone: 'off' },
  running: { shape: 'half', tone: 'info' },
  done: { shape: 'tick', tone: 'good' },
  cancelling: { shape: 'half', tone: 'warn' },
  cancelled: { shape: 'barred', tone: 'off' },
  waiting: { shape: 'ring', tone: 'wait' },
  resolved: { shape: 'agreed', tone: 'good' },
  unresolved: { shape: 'warning', tone: 'bad' },
  succeeded: { shape: 'tick', tone: 'good' },
  failed: { shape: 'stop', tone: 'bad' },
  closed: { shape: 'barred', tone: 'off' },
  active: { shape: 'tick', tone: 'good' },
  revoked: { shape: 'barred', tone: 'off' },
};
