import { expect, test, vi } from 'vitest';
import { inLabArgv, labEnv, readLab } from './state.ts';

test("programs run in the lab's network with its agent and its CA", () => {
  vi.stubEnv('FARTHING_LAB', 'two');
  expect(inLabArgv(['ssh', 'big'])).toEqual(['ip', 'netns', 'exec', 'two', 'ssh', 'big']);
  expect(labEnv()).toMatchObject({
    SSH_AUTH_SOCK: '/var/lib/farthing-lab/two/ssh/agent.sock',
    NODE_EXTRA_CA_CERTS: '/var/lib/farthing-lab/two/ca/ca.crt',
    FARTHING_LAB: 'two',
  });
  // What a program keeps for its user stays in the lab, and goes with it.
  const { FARTHING_LAB: _, ...paths } = labEnv();
  for (const path of Object.values(paths)) {
    expect(path).toMatch(/^\/var\/lib\/farthing-lab\/two\//);
  }
  vi.unstubAllEnvs();
});

test('strangers: the known keys are hidden before the program starts', () => {
  const argv = inLabArgv(['ssh', 'big'], true);
  expect(argv.slice(-3)).toEqual(['sh', 'ssh', 'big']);
  expect(argv.join(' ')).toContain('/etc/ssh/ssh_known_hosts');
});

test('without a lab, reading says how to start one', async () => {
  vi.stubEnv('FARTHING_LAB', 'no-such-lab');
  await expect(readLab()).rejects.toThrow('npm run lab -- up');
  vi.unstubAllEnvs();
});
