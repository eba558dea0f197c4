import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isObject } from '../../protocol/json/json-values.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import { jsonFileOf } from '../command-line/json-file.ts';
import { writing } from '../command-line/unwritable.ts';

/** Services that the user has named. */
export interface Profiles {
  readonly profiles: Readonly<Record<string, Profile>>;
  /** Used if a command names none. */
  readonly current?: string;
}

export interface Profile {
  readonly api: string;
  /** Absent if the key is in the system's keyring. */
  readonly key?: string;
  readonly merchantId?: string;
  readonly secret?: string;
  /** The key may go unencrypted to another machine. */
  readonly isHttpAllowed?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const PROFILE_NAME = /^[A-Za-z0-9_-]{1,32}$/;
const OWNER_ONLY = 0o600;

export function profilesFile(env: Environment): string {
  const folder = env.TIDINGS_CONFIG_DIR ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'tidings');
  return join(folder, 'profiles.json');
}

/** @throws CommandFailure if the file cannot be read */
export function readProfiles(env: Environment): Profiles {
  const file = profilesFile(env);
  if (!existsSync(file)) return { profiles: {} };
  const content = jsonFileOf(file);
  const profiles = isObject(content) && isObject(content.profiles) ? content.profiles : undefined;
  if (!isObject(content) || profiles === undefined || !Object.values(profiles).every(isProfile)) {
    throw usageFailure(`${file} cannot be read.`, 'Correct it, or delete it and call tidings init.');
  }
  const { current } = content;
  return {
    profiles: profiles as Readonly<Record<string, Profile>>,
    ...(typeof current === 'string' && { current }),
  };
}

function isProfile(value: unknown): boolean {
  return isObject(value) && typeof value.api === 'string';
}

/**
 * Replaces the file as a whole. Only its owner may read it.
 *
 * @throws CommandFailure if it cannot be written
 */
export function writeProfiles(env: Environment, profiles: Profiles): void {
  const file = profilesFile(env);
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(profiles, undefined, 2)}\n`, { mode: OWNER_ONLY });
    chmodSync(draft, OWNER_ONLY);
    renameSync(draft, file);
  });
}
