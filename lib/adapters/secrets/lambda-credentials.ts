import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles. Lambda puts a function's credentials into its
 * environment; profiles, sign-on and instance metadata, which the package brings along, are 100 KB that no
 * function ever runs.
 */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  return fromEnv();
}
