import { type ExecFileException, execFile } from 'node:child_process';

/**
 * The system's keyring, by the command that the system has for it: `security` on macOS, `secret-tool` (libsecret) on
 * Linux. Elsewhere, or where no keyring is unlocked, there is none, and keys are kept in the profile's file.
 */
export interface Keyring {
  /** The key of a profile. Undefined if there is no keyring, or no key in it. */
  read(profile: string): Promise<string | undefined>;
  /** @returns false if there is no keyring */
  store(profile: string, key: string): Promise<boolean>;
}

interface KeyringCommand {
  readonly program: string;
  readonly read: (profile: string) => readonly string[];
  readonly store: (profile: string, key: string) => KeyringCall;
}

interface KeyringCall {
  readonly arguments: readonly string[];
  /** Secrets go through stdin: arguments are visible to other programs. */
  readonly input: string;
}

const SERVICE = 'tidings';
const TIMEOUT_MS = 10_000;

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, KeyringCommand>>> = {
  darwin: {
    program: 'security',
    read: (profile) => ['find-generic-password', '-s', SERVICE, '-a', profile, '-w'],
    // `-i` reads commands from stdin. Names and keys have no characters that need quotes.
    store: (profile, key) => ({
      arguments: ['-i'],
      input: `add-generic-password -U -s ${SERVICE} -a ${profile} -w ${key}\n`,
    }),
  },
  linux: {
    program: 'secret-tool',
    read: (profile) => ['lookup', 'service', SERVICE, 'profile', profile],
    store: (profile, key) => ({
      arguments: ['store', '--label', `Tidings (${profile})`, 'service', SERVICE, 'profile', profile],
      input: key,
    }),
  },
};

export function systemKeyring(platform: NodeJS.Platform = process.platform): Keyring {
  const command = COMMANDS[platform];
  if (command === undefined) return { read: async () => undefined, store: async () => false };
  const { program } = command;
  const read = async (profile: string) => {
    const text = await run(program, { arguments: command.read(profile), input: '' });
    return text === undefined || text.trim() === '' ? undefined : text.trim();
  };
  return {
    read,
    // A keyring that says that it stored a key, and does not have it, counts as none.
    store: async (profile, key) => {
      const stored = await run(program, command.store(profile, key));
      return stored !== undefined && (await read(profile)) === key;
    },
  };
}

/** What the program wrote. Undefined if there is no such program, or it failed. */
function run(program: string, { arguments: given, input }: KeyringCall): Promise<string | undefined> {
  return new Promise((resolve) => {
    const ended = (error: ExecFileException | null, stdout: string) =>
      resolve(error === null ? stdout : undefined);
    const child = execFile(program, [...given], { timeout: TIMEOUT_MS }, ended);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
