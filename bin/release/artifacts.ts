import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundledPackage } from '../package/licenses.ts';
import { packPackage } from '../package/pack-package.ts';
import { npmSbom, sbomOf } from './sbom.ts';

/** Builds the package into a directory. Returns the packages of others that have code in it. */
export type Build = (directory: string) => Promise<readonly BundledPackage[]>;

/** What a release consists of, besides its tag. */
export interface Artifacts {
  /** The package, as npm takes it. */
  readonly file: string;
  /** The bill of materials, in CycloneDX. */
  readonly sbomFile: string;
  /** What they are, for people. */
  readonly summary: readonly string[];
}

export interface ArtifactsOptions {
  readonly rootDir: string;
  readonly version: string;
  /** The directory that gets the files. */
  readonly destination: string;
  readonly build: Build;
}

/** Builds and packs the package, and writes its bill of materials beside it. */
export async function makeArtifacts(options: ArtifactsOptions): Promise<Artifacts> {
  const { rootDir, version, destination, build } = options;
  const built = mkdtempSync(join(tmpdir(), 'tidings-release-'));
  try {
    const bundled = await build(built);
    const { file, files, unpackedBytes } = packPackage(built, destination);
    const sbomFile = file.replace(/\.tgz$/, '.cdx.json');
    writeFileSync(sbomFile, sbomOf(npmSbom(rootDir), version, bundled));
    const summary = [
      `${file}: ${files} files, ${megabytes(statSync(file).size)} packed, ${megabytes(unpackedBytes)} unpacked`,
      `${sbomFile}: CycloneDX, ${bundled.length} bundled packages`,
    ];
    return { file, sbomFile, summary };
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

/** A temporary directory for the artifacts of a dry run. */
export async function withoutTrace<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-dry-run-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
