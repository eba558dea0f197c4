import { expect, it } from 'vitest';
import { nameChecks } from '../../../lib/cli/doctor/address-checks.ts';

it.each([
  [['93.184.215.14'], 'right'],
  [['2606:2800:21f:cb07:6820:80da:af6b:8b2c'], 'right'],
  [['93.184.215.14', '10.0.0.1'], 'wrong'],
  [['127.0.0.1'], 'wrong'],
  [['169.254.169.254'], 'wrong'],
  [['fd00:ec2::254'], 'wrong'],
])('a name with the addresses %j is %s for the address guard', async (addresses, state) => {
  const named = await nameChecks('shop.example', async () => addresses);
  expect(named.checks.map((check) => [check.code, check.state])).toEqual([
    ['dns', 'right'],
    ['address_guard', state],
  ]);
});

it('a name of this machine alone is a fault', async () => {
  const unknownToDns = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
  const { checks, addresses } = await nameChecks('localhost', unknownToDns);
  expect(checks).toMatchObject([
    { code: 'dns', state: 'wrong', what: expect.stringContaining('Only this machine') },
  ]);
  expect(addresses.length).toBeGreaterThan(0);
});
