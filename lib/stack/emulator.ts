import { Aws, CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from './function-environment.ts';
import type { Settings } from './props.ts';

/** The account of every emulator. No account of AWS has this number. */
const EMULATOR_ACCOUNT = '000000000000';

/**
 * Variables that open what no deployment on AWS may have: callbacks to loopback and to the permitted hosts, and the
 * assumption that all functions share one clock. The template sets them for the emulators' account only, so a template
 * that reaches a real account by mistake is closed.
 *
 * @throws Error if preset `local` meets an account that is known to be a real one
 */
export function emulatorEnvironment(scope: Construct, settings: Settings): Environment {
  if (settings.preset !== 'local') return {};
  refuseRealAccount(scope);
  const { logicalId } = new CfnCondition(scope, 'IsEmulator', {
    expression: Fn.conditionEquals(Aws.ACCOUNT_ID, EMULATOR_ACCOUNT),
  });
  const only = (value: string, otherwise: string) => Fn.conditionIf(logicalId, value, otherwise).toString();
  return {
    TIDINGS_ALLOW_LOOPBACK: only('true', 'false'),
    TIDINGS_ONE_CLOCK: only('true', 'false'),
    TIDINGS_PERMITTED_HOSTS: only(settings.permittedHosts.join(','), ''),
  };
}

/** The stack's account, or else the one whose credentials the CDK's command found. */
function refuseRealAccount(scope: Construct): void {
  const { account } = Stack.of(scope);
  const known = Token.isUnresolved(account) ? process.env.CDK_DEFAULT_ACCOUNT : account;
  if (known === undefined || known === '' || known === EMULATOR_ACCOUNT) return;
  throw new Error(
    `Preset local is for emulators, whose account is ${EMULATOR_ACCOUNT}, and this is account ${known}: its functions could call ` +
      "private addresses there. For a deployment on AWS use preset 'development' or 'production' " +
      '(npm run deploy -- -c preset=development). For an emulator, use its credentials.',
  );
}
