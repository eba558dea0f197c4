/** A prop or context value that cannot be deployed. The message names it and its rule, so no stack trace is needed. */
export class WrongPropsError extends Error {
  override readonly name = 'WrongPropsError';
}
