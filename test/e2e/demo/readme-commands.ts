import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { freePort } from '../../../lib/emulators/free-port.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { builtKit } from '../../support/published/published.ts';
import { publishedCommand } from '../../support/published/published-command.ts';
import { ROOT } from '../../support/synthesized.ts';

const run = promisify(execFile);
const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```(js|sh)\n(.*?)^```$/gms)];

/** The one block of the README in this language that holds this text. */
function block(language: 'js' | 'sh', holding: string): string {
  const found = blocks.filter(([, name, text = '']) => name === language && text.includes(holding));
  expect(found).toHaveLength(1);
  return found[0]?.[2] ?? '';
}

/** A folder like that of a user who ran `npm run build` and `npm start`: with the package, the keys and the command. */
async function cloneOfUser(dataDir: string): Promise<string> {
  const folder = temporaryDirectory();
  cpSync(await builtKit(), join(folder, 'node_modules/tidings'), { recursive: true });
  symlinkSync(dataDir, join(folder, '.tidings'));
  const tidings = `${process.execPath} ${await publishedCommand()}`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', scripts: { tidings } }));
  return folder;
}

/** Runs record, receive, reconcile and the commands of the README as they stand, against a demo that has told its story. */
export async function runReadme(dataDir: string): Promise<void> {
  const cwd = await cloneOfUser(dataDir);
  const port = String(await freePort());
  writeFileSync(join(cwd, 'shop.mjs'), block('js', 'createReceiver').replaceAll('4600', port));
  const shop = spawn(process.execPath, ['shop.mjs'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const said: string[] = [];
    for await (const line of createInterface({ input: shop.stdout })) {
      said.push(line);
      if (said.some((text) => text.startsWith('complete')) && said.length === 3) break;
    }
    expect(said.toSorted()).toEqual([
      'callback: applied order_1001',
      expect.stringMatching(/^complete through 20.*Z; 4\d came without a callback$/),
      'recorded: created',
    ]);
    const curl = await run('bash', ['-euc', block('sh', 'curl -X PUT')], { cwd });
    expect(curl.stdout.match(/"code":/g)).toBeNull();
    expect(curl.stdout.match(/"transactionId":"order_1002"/g)?.length).toBeGreaterThanOrEqual(3);
    const [asking = '', undelivered = '', listen = ''] = block('sh', 'npm run tidings').trim().split('\n');
    expect((await run('bash', ['-euc', asking], { cwd })).stdout).toContain('acknowledged');
    await run('bash', ['-euc', undelivered], { cwd });
    await listenOnce(listen.replace(/ +#.*$/, ''), cwd);
  } finally {
    shop.kill();
    removeDirectory(cwd);
  }
}

/** Runs `listen` against a receiver that takes everything, until it has forwarded what there is. */
async function listenOnce(command: string, cwd: string): Promise<void> {
  const receiver = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(204).end()),
  );
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const { port } = receiver.address() as AddressInfo;
  await run('bash', ['-euc', `${command.replace('localhost:3000', `127.0.0.1:${port}`)} --once`], { cwd });
  receiver.close();
}
