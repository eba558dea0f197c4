import { createRequire } from 'node:module';

/** What `package.json` of the published package asks for, by package: the lowest version, of the same major version. */
declare const CDK_PEERS: Readonly<Record<string, string>>;

const requirePeer = createRequire(import.meta.url);

/**
 * Checks that the CDK is installed. The construct's first import, so that the user reads what to install, and not which file
 * of ours asked for a package in vain.
 *
 * @throws Error that names what to install
 */
function checkPeers(): void {
  const wanted = Object.entries(CDK_PEERS);
  const install = `npm install ${wanted.map(([name, lowest]) => `${name}@^${lowest}`).join(' ')}`;
  for (const [name, lowest] of wanted) {
    const installed = versionOf(name);
    if (installed === undefined)
      throw new Error(`tidings/cdk needs ${name}, which is not installed: ${install}`);
    if (!isIn(installed, lowest)) {
      throw new Error(`tidings/cdk needs ${name} ^${lowest}, and ${installed} is installed: ${install}`);
    }
  }
}

function versionOf(name: string): string | undefined {
  try {
    return (requirePeer(`${name}/package.json`) as { readonly version: string }).version;
  } catch {
    return undefined;
  }
}

/** Whether a version is in the range `^lowest`. A preview of a version counts as that version. */
function isIn(version: string, lowest: string): boolean {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version);
  const [lowestMajor = 0, lowestMinor = 0, lowestPatch = 0] = numbersOf(lowest);
  if (major !== lowestMajor || minor !== lowestMinor) return major === lowestMajor && minor > lowestMinor;
  return patch >= lowestPatch;
}

const numbersOf = (version: string) => version.split(/[.+-]/, 3).map(Number);

checkPeers();
