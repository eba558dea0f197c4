import { StateBadge, type StateBadgeProps } from '../../view/data/state-badge.tsx';
import type { StateName } from '../../view/data/states.ts';

const STATES: Readonly<Record<string, StateName>> = {
  PENDING: 'waiting',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CLOSED: 'closed',
};

interface OutcomeBadgeProps extends Omit<StateBadgeProps, 'state'> {
  /** As the API shows it. */
  readonly status: string;
}

/** How a transaction ended, or that it has not. */
export function OutcomeBadge({ status, ...props }: OutcomeBadgeProps) {
  return <StateBadge {...props} state={STATES[status] ?? 'unknown'} />;
}
