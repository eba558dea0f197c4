import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSecretsFile } from '../../../lib/cli/settings-file/secrets-file.ts';

it('new secrets go to a pipe too, which has no disk', () => {
  const pipe = join(mkdtempSync(join(tmpdir(), 'tidings-secrets-')), 'pipe');
  execFileSync('mkfifo', [pipe]);
  // A reader that does not wait for a writer.
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const secrets = openSecretsFile(pipe);
  secrets.add({ secret: 'whsec_1' });
  secrets.close();
  expect(readFileSync(reader, 'utf8')).toBe('{"secret":"whsec_1"}\n');
  closeSync(reader);
});
