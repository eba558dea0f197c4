/**
 * How every AWS client retries. It overrides `AWS_RETRY_MODE` and profiles of the machine: the bundles have no code for
 * `adaptive` (`lib/stack/bundled/never-run.ts`), so each call would fail.
 */
export const RETRY_MODE = 'standard';
