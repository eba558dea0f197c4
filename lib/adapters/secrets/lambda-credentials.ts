import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles. Lambda puts a function's credentials into its
 * environment. The package's code for profiles, sign-on and instance metadata is 100 KB that no
 * function runs.
 */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  return fromEnv();
}
