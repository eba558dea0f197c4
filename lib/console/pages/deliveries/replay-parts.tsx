import { StateBadge } from '../../view/data/state-badge.tsx';
import type { StateName } from '../../view/data/states.ts';
import type { Ui } from '../../view/ui.ts';

export const REPLAYS = '/merchants/{merchantId}/replays';
export const REPLAY = '/merchants/{merchantId}/replays/{jobId}';
export const CANCEL_REPLAY = '/merchants/{merchantId}/replays/{jobId}/cancel';

const STATES: Readonly<Record<string, StateName>> = {
  running: 'running',
  cancelling: 'cancelled',
  cancelled: 'cancelled',
  done: 'done',
  failed: 'failed',
};

interface ReplayStateProps {
  readonly ui: Ui;
  /** As the API shows it. */
  readonly state: string;
  readonly isPill?: boolean;
}

export function ReplayState({ ui, state, isPill = false }: ReplayStateProps) {
  return <StateBadge ui={ui} state={STATES[state] ?? 'unknown'} isPill={isPill} />;
}

/** Whether it may still send something. */
export const isUnderway = (state: string) => state === 'running' || state === 'cancelling';
