/**
 * How every AWS client retries, whatever `AWS_RETRY_MODE` or a profile of the machine says: the bundles have no code for
 * `adaptive` (`lib/stack/bundled/never-run.ts`), so each call would fail.
 */
export const RETRY_MODE = 'standard';
