import { isCancel, password, text } from '@clack/prompts';
import { ACCESS_KEY, matches } from '../../protocol/id-forms.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { type Keyring, systemKeyring } from '../connection/keyring.ts';
import { PROFILE_NAME, profilesFile, readProfiles, writeProfiles } from '../connection/profiles.ts';
import { openService } from '../connection/service.ts';
import { addressOf, keyFor, refuseOpenHttp } from '../connection/settings.ts';

const DEFAULT_NAME = 'default';

export const init: Command = {
  words: ['init'],
  summary: 'Name a service, and keep its address and key for later commands',
  details:
    'The key is tried before it is kept. It goes into the keyring of the system where there is one, and otherwise into the ' +
    'file of profiles, which only its owner may read. Without a terminal, set TIDINGS_API and TIDINGS_KEY.',
  options: [
    {
      name: 'merchant',
      value: 'ID',
      summary: 'the merchant that commands are about, with a key for all of them',
    },
    { name: 'no-keyring', summary: 'keep the key in the file of profiles' },
  ],
  examples: [
    { line: 'tidings init', what: 'Asks for address and key.' },
    {
      line: 'TIDINGS_API=$ApiUrl TIDINGS_KEY=$KEY tidings init --profile live',
      what: 'Asks nothing. Use it later with --profile live; the profile made last is used by default.',
    },
  ],
  async run(given, tools) {
    const { env, output, signal } = tools;
    const name = given.text('profile') ?? DEFAULT_NAME;
    if (!PROFILE_NAME.test(name)) throw usageFailure(`${name} is no name: 1 to 32 letters, digits, _ or -.`);
    const asked = await askedFor(given, tools);
    const connection = { ...asked, from: `profile ${name}` };
    const { content, scope } = await openService(connection, { signal }).whoAmI();
    const kept = await keepKey(given.has('no-keyring') ? undefined : systemKeyring(), {
      name,
      key: asked.key,
    });
    const merchantId = given.text('merchant');
    const profile = {
      api: asked.api,
      ...(kept === 'file' && { key: asked.key }),
      ...(merchantId !== undefined && { merchantId }),
      ...(given.has('allow-http') && { isHttpAllowed: true }),
    };
    const { profiles } = readProfiles(env);
    writeProfiles(env, { profiles: { ...profiles, [name]: profile }, current: name });
    output.item({ profile: name, api: asked.api, key: kept, ...content }, [
      ['profile', name],
      ['service', asked.api],
      ['scope', scope],
      ['merchant', typeof content.merchantId === 'string' ? content.merchantId : (merchantId ?? 'all')],
      ['key is in', kept === 'file' ? profilesFile(env) : "the system's keyring"],
    ]);
    output.note('Next: tidings status');
    return undefined;
  },
};

interface Asked {
  readonly api: string;
  readonly key: string;
}

async function askedFor(given: Given, { env, terminal, signal }: Tools): Promise<Asked> {
  const isAsking = terminal.stdin.isTTY === true && terminal.stderr.isTTY === true;
  const ask = async (what: string, prompt: () => Promise<string | symbol>) => {
    if (!isAsking)
      throw usageFailure(`There is no terminal to ask for the ${what}.`, 'Set TIDINGS_API and TIDINGS_KEY.');
    const answer = await prompt();
    if (typeof answer === 'string') return answer;
    if (isCancel(answer)) throw new CommandFailure(EXIT.interrupted, 'interrupted', 'Nothing was changed.');
    throw usageFailure(`There was no ${what}.`);
  };
  const api =
    given.text('api') ??
    env.TIDINGS_API ??
    (await ask('address', () =>
      text({
        message: 'Address of the API',
        placeholder: 'http://127.0.0.1:4510',
        output: process.stderr,
        signal,
      }),
    ));
  const address = addressOf(api.trim());
  refuseOpenHttp(address, given.has('allow-http'));
  const key =
    keyFor(address, env) ??
    (await ask('key', () => password({ message: 'Key (tk_…)', output: process.stderr, signal })));
  if (!matches(ACCESS_KEY, key.trim())) throw usageFailure('That is no key: keys begin with tk_.');
  return { api: address, key: key.trim() };
}

interface Named {
  readonly name: string;
  readonly key: string;
}

async function keepKey(keyring: Keyring | undefined, { name, key }: Named): Promise<'keyring' | 'file'> {
  return (await keyring?.store(name, key)) === true ? 'keyring' : 'file';
}
