import { fromEnv } from '@aws-sdk/credential-provider-env';

type Provider = ReturnType<typeof fromEnv>;

/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles. Lambda puts a function's credentials into its
 * environment. The package's code for profiles, sign-on and instance metadata is 100 KB that no
 * function runs. Like the package, it keeps what it has read: the SDK asks for each request, and an environment outlives no
 * credentials.
 */
export function defaultProvider(): Provider {
  return read;
}

let known: ReturnType<Provider> | undefined;
const read: Provider = () => {
  known ??= fromEnv()();
  return known;
};
