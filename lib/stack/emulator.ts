import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from './lambda/function-environment.ts';
import type { Settings } from './settings/props.ts';
import { WrongPropsError } from './settings/wrong-props-error.ts';

/** The account of every emulator. No account of AWS has this number. */
const EMULATOR_ACCOUNT = '000000000000';

/**
 * Variables that open what no deployment on AWS may have: callbacks to loopback and to the permitted hosts, and the
 * assumption that all functions share one clock. The template looks their values up by account, and has them for the
 * emulators' account only. CloudFormation refuses a template whose look-up fails, so one that reaches a real account by
 * mistake is not deployed. A condition would do, but MiniStack does not know the account in conditions.
 *
 * @throws Error if preset `local` meets an account that is known to be a real one
 */
export function emulatorEnvironment(scope: Construct, settings: Settings): Environment {
  if (settings.preset !== 'local') return {};
  refuseRealAccount(scope);
  const hosts = settings.permittedHosts.join(',');
  const opened = { loopback: 'true', oneClock: 'true', ...(hosts !== '' && { hosts }) };
  const accounts = new CfnMapping(scope, 'Emulators', { mapping: { [EMULATOR_ACCOUNT]: opened } });
  const here = (name: keyof typeof opened) => accounts.findInMap(Aws.ACCOUNT_ID, name);
  return {
    TIDINGS_ALLOW_LOOPBACK: here('loopback'),
    TIDINGS_ONE_CLOCK: here('oneClock'),
    ...(hosts !== '' && { TIDINGS_PERMITTED_HOSTS: here('hosts') }),
  };
}

/** The stack's account, or else the one whose credentials the CDK's command found. */
function refuseRealAccount(scope: Construct): void {
  const { account } = Stack.of(scope);
  const known = Token.isUnresolved(account) ? process.env.CDK_DEFAULT_ACCOUNT : account;
  if (known === undefined || known === '' || known === EMULATOR_ACCOUNT) return;
  throw new WrongPropsError(
    `Preset local is for emulators, whose account is ${EMULATOR_ACCOUNT}, and this is account ${known}: its functions could call ` +
      "private addresses there. For a deployment on AWS use preset 'development' or 'production' " +
      '(npm run deploy -- -c preset=development). For an emulator, use its credentials.',
  );
}
