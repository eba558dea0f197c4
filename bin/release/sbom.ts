import { execFileSync } from 'node:child_process';
import type { BundledPackage } from '../package/licenses.ts';

/** The part of a CycloneDX document that is read here. */
interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly scope?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** What npm says of a package that is installed for development only. Its code may be in the release all the same. */
const DEVELOPMENT = 'cdx:npm:package:development';

/** The bill of materials (CycloneDX) of the installed packages, as npm writes it. */
export function npmSbom(rootDir: string): string {
  return execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: rootDir,
    encoding: 'utf8',
    maxBuffer: 64 * 1_024 * 1_024,
  });
}

/**
 * The bill of materials of a release: the installed packages that have code in it.
 *
 * @throws Error that names a bundled package which the list of npm does not have
 */
export function sbomOf(npmBom: string, version: string, bundled: readonly BundledPackage[]): string {
  const bom: Bom = JSON.parse(npmBom);
  const refs = bundled.map(({ name, version: bundledVersion }) => {
    const found = bom.components.find((one) => one.name === name && one.version === bundledVersion);
    if (found === undefined)
      throw new Error(`${name} ${bundledVersion} is bundled, and npm does not list it.`);
    return found['bom-ref'];
  });
  const isIn = (ref: string) => refs.includes(ref);
  const root = {
    ...bom.metadata.component,
    'bom-ref': `tidings@${version}`,
    name: 'tidings',
    version,
    purl: `pkg:npm/tidings@${version}`,
    properties: [],
  };
  return `${JSON.stringify(
    {
      ...bom,
      metadata: { ...bom.metadata, component: root },
      components: bom.components.filter((one) => isIn(one['bom-ref'])).map(asRequired),
      dependencies: [
        { ref: root['bom-ref'], dependsOn: refs },
        ...bom.dependencies
          .filter(({ ref }) => isIn(ref))
          .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isIn) })),
      ],
    },
    undefined,
    2,
  )}\n`;
}

function asRequired({ properties = [], ...component }: Component): Component {
  return {
    ...component,
    scope: 'required',
    properties: properties.filter(({ name }) => name !== DEVELOPMENT),
  };
}
