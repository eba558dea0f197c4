import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FileSystem, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
// The published package has `published/shipped-functions.ts` instead.
import { bundledFunctions } from '../bundling/bundles.ts';

/**
 * The code of a function as an asset.
 *
 * @param name the file name under `functions/`, without extension
 */
export function codeOf(scope: Construct, name: string): Code {
  const directory = join(bundledFunctions(), name);
  removeTornCopy(scope, directory);
  return Code.fromAsset(directory);
}

/**
 * The CDK treats an asset as copied if its directory exists. A process killed while copying leaves an incomplete
 * directory, and every later run would deploy it. This removes such a directory.
 */
function removeTornCopy(scope: Construct, directory: string): void {
  const stage = Stage.of(scope);
  if (stage === undefined) return;
  const hash = FileSystem.fingerprint(directory);
  const copy = join(stage.assetOutdir, `asset.${hash}`);
  if (existsSync(copy) && FileSystem.fingerprint(copy) !== hash) rmSync(copy, { recursive: true });
}
