import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pythonWith } from '../../lib/emulators/python-environment.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';

/** A `python3` that notes how it is called. `-m venv` makes an environment whose `pip` does what `pip` says. */
const fakePython = (options: { readonly version: string; readonly pip: string }) => `#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in
  -c*) ${options.version} ;;
  "-m venv"*) mkdir -p "$3/bin" && printf '#!/bin/sh\\necho "$@" >> "$CALLS"\\n${options.pip}\\n' > "$3/bin/python" && chmod +x "$3/bin/python" ;;
esac
`;

describe('a Python environment of the cache', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    mkdirSync(join(directory, 'bin'));
  });
  afterEach(() => removeDirectory(directory));

  const calls = () => readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
  const install = (options: { readonly version?: string; readonly pip?: string } = {}) => {
    const { version = 'echo 3 12', pip = 'exit 0' } = options;
    const file = join(directory, 'bin/python3');
    writeFileSync(file, fakePython({ version, pip }));
    chmodSync(file, 0o755);
    return pythonWith({
      name: 'thing-1.0',
      packages: ['thing==1.0'],
      log: () => undefined,
      env: {
        PATH: `${join(directory, 'bin')}:/usr/bin:/bin`,
        XDG_CACHE_HOME: join(directory, 'cache'),
        CALLS: join(directory, 'calls'),
      },
    });
  };

  it('is made once, and has what was asked for', async () => {
    const python = await install();
    expect(python).toBe(join(directory, 'cache/tidings/thing-1.0-py3.12/bin/python'));
    expect(calls().filter((call) => call.includes('pip install'))).toEqual([
      '-m pip install --quiet --disable-pip-version-check thing==1.0',
    ]);
    expect(await install()).toBe(python);
    expect(calls().filter((call) => call.includes('pip install'))).toHaveLength(1);
  });

  it('is not taken for whole when its installation failed, and can be made afterwards', async () => {
    const failing = install({ pip: 'echo "ERROR: No matching distribution found for thing"; exit 1' });
    await expect(failing).rejects.toThrow(
      'pip cannot install thing==1.0: ERROR: No matching distribution found for thing. It needs the network, or a mirror',
    );
    expect(existsSync(join(directory, 'cache/tidings/thing-1.0-py3.12'))).toBe(false);
    expect(existsSync(await install())).toBe(true);
  });

  it.each([
    ['is old', 'echo 3 9', 'python3 is 3.9. Install Python 3.10 or newer'],
    [
      'has no venv',
      'echo "No module named venv" >&2; exit 1',
      'python3 has no venv (No module named venv). Install',
    ],
  ])('says what to install where Python %s', async (_title, version, sentence) => {
    await expect(install({ version })).rejects.toThrow(sentence);
  });

  it('says what to install where there is no Python', async () => {
    const env = { PATH: directory, XDG_CACHE_HOME: directory };
    const options = { name: 'thing', packages: [], log: () => undefined, env };
    await expect(pythonWith(options)).rejects.toThrow(
      'There is no python3 on the PATH. Install Python 3.10 or newer with its venv module',
    );
  });
});
