import { readFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { leftOut } from './left-out.ts';
import { nodeModules } from './node-modules.ts';
import { operationAddresses } from './operation-addresses.ts';
import { packageVersions } from './package-versions.ts';
import { packedTexts } from './packed-texts.ts';
import { unusedSchemas } from './unused-schemas.ts';
import { withoutJsonSchema } from './without-json-schema.ts';

/**
 * A process that calls esbuild once. The CDK makes its constructs synchronously, and esbuild runs plugins in asynchronous
 * calls only. The options come as JSON on stdin; the files that went in are printed as JSON. Faults are printed, and end it
 * with an error.
 */
const options = JSON.parse(readFileSync(0, 'utf8')) as BuildOptions;
const plugins = [
  leftOut,
  nodeModules,
  operationAddresses,
  packageVersions,
  packedTexts,
  unusedSchemas,
  withoutJsonSchema,
];
try {
  const { metafile } = await build({ ...options, metafile: true, plugins });
  process.stdout.write(JSON.stringify(Object.keys(metafile.inputs)));
} catch {
  process.exitCode = 1;
}
