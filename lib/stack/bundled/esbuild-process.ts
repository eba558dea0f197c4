import { readFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { leftOut } from './left-out.ts';
import { operationAddresses } from './operation-addresses.ts';
import { packedTexts } from './packed-texts.ts';
import { withoutJsonSchema } from './without-json-schema.ts';

/**
 * A process that calls esbuild once. The CDK makes its constructs synchronously, and esbuild runs plugins in asynchronous
 * calls only. The options come as JSON on stdin; faults are printed, and end it with an error.
 */
const options = JSON.parse(readFileSync(0, 'utf8')) as BuildOptions;
await build({ ...options, plugins: [leftOut, operationAddresses, packedTexts, withoutJsonSchema] }).catch(
  () => {
    process.exitCode = 1;
  },
);
