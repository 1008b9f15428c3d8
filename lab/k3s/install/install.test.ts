import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/**
 * Runs the script as its caller would, with systemctl, sudo and the iptables tools replaced by stubs on PATH.
 * Each run has a name of its own, because the script always cleans /etc/systemd/system of its unit.
 */
const script = fileURLToPath(new URL('install.sh', import.meta.url));
const name = `farthing-test-${process.pid}`;
let home: string;
let bin: string;
let units: string;

const stub = async (tool: string, body: string): Promise<void> => {
  await writeFile(join(home, 'stubs', tool), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'install-test-'));
  bin = join(home, 'bin');
  units = join(home, 'units');
  for (const folder of ['stubs', 'bin', 'units']) await mkdir(join(home, folder));
  await stub('systemctl', `echo "systemctl $*" >> ${home}/calls`);
  await stub('sudo', 'exec "$@"');
  await stub('chown', 'exit 0');
  for (const tool of ['iptables-save', 'ip6tables-save'])
    await stub(tool, "printf '%s\\n' '-A FORWARD -j FLANNEL-FWD' '-A KUBE-X -j Y' '-A INPUT -j ACCEPT'");
  for (const tool of ['iptables-restore', 'ip6tables-restore']) await stub(tool, `cat > ${home}/restored-${tool}`);
  await writeFile(join(bin, 'k3s'), '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(async () => rm(home, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function install(env: Record<string, string> = {}, ...args: readonly string[]): Promise<Outcome> {
  const given = {
    PATH: `${join(home, 'stubs')}:${process.env.PATH}`,
    INSTALL_K3S_NAME: name,
    INSTALL_K3S_BIN_DIR: bin,
    INSTALL_K3S_SYSTEMD_DIR: units,
    INSTALL_K3S_SKIP_DOWNLOAD: 'true',
    ...env,
  };
  return new Promise((resolve) => {
    execFile('sh', [script, ...args], { env: given }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
const unit = (): Promise<string> => readFile(join(units, `k3s-${name}.service`), 'utf8');
const envFile = (): Promise<string> => readFile(join(units, `k3s-${name}.service.env`), 'utf8');
const calls = async (): Promise<string> => readFile(join(home, 'calls'), 'utf8').catch(() => '');

describe('role', () => {
  it.each<[string, Record<string, string>, readonly string[], string]>([
    ['nothing said', {}, [], 'server'],
    ['flags only', {}, ['--debug'], 'server'],
    ['a URL and a token', { K3S_URL: 'https://a:6443', K3S_TOKEN: 't' }, [], 'agent'],
    ['a URL and a token file', { K3S_URL: 'https://a:6443', K3S_TOKEN_FILE: '/t' }, ['--debug'], 'agent'],
    ['an explicit server that joins', { K3S_URL: 'https://a:6443' }, ['server'], 'server'],
    ['a word in INSTALL_K3S_EXEC', { INSTALL_K3S_EXEC: 'agent --debug' }, [], 'agent'],
  ])('%s', async (_, env, args, role) => {
    expect(await install(env, ...args)).toMatchObject({ code: 0 });
    expect(await unit()).toContain(`\nExecStart=${bin}/k3s \\\n    ${role} \\\n`);
  });

  it('refuses an agent by default without a token', async () => {
    const outcome = await install({ K3S_URL: 'https://a:6443' });
    expect(outcome.code).toBe(1);
    expect(outcome.err).toBe(
      "[ERROR]  Defaulted k3s exec command to 'agent' because K3S_URL is defined, but K3S_TOKEN or K3S_TOKEN_FILE is not defined.\n",
    );
  });

  it('refuses a URL that is not https', async () => {
    const outcome = await install({ K3S_URL: 'http://a:6443', K3S_TOKEN: 't' });
    expect(outcome.err).toContain('[ERROR]  Only https:// URLs are supported for K3S_URL');
  });

  it('refuses a name with a blank', async () => {
    expect((await install({ INSTALL_K3S_NAME: 'a b' })).err).toContain('Invalid characters for system name');
  });
});

describe('unit', () => {
  it('holds INSTALL_K3S_EXEC first, then the arguments, quoted one a line', async () => {
    await install({ INSTALL_K3S_EXEC: "server --a 'b c' --cost=$HOME" }, '--d', "it's");
    expect((await unit()).slice((await unit()).indexOf('ExecStart='))).toBe(
      `ExecStart=${bin}/k3s \\\n    server \\\n\t'--a' \\\n\t'b c' \\\n\t'--cost=$HOME' \\\n\t'--d' \\\n\t'it'"'"'s' \\\n\n`,
    );
  });

  it('is notify for both roles, never times out, and reads three environment files', async () => {
    await install({ K3S_URL: 'https://a:6443', K3S_TOKEN: 't' });
    const text = await unit();
    for (const line of [
      'Type=notify',
      'KillMode=process',
      'TimeoutStartSec=0',
      'Restart=always',
      'RestartSec=5s',
      'EnvironmentFile=-/etc/default/%N',
      'EnvironmentFile=-/etc/sysconfig/%N',
      `EnvironmentFile=-${units}/k3s-${name}.service.env`,
    ])
      expect(text.split('\n')).toContain(line);
  });
});

describe('environment file', () => {
  it('keeps K3S_, CONTAINERD_ and proxy variables only, readable by root alone', async () => {
    await install({ K3S_DEBUG: "it's", CONTAINERD_X: '1', https_proxy: 'p', NO_PROXY: 'n', OTHER: 'o', MYK3S_A: 'a' });
    expect(await envFile()).toBe(`CONTAINERD_X='1'\nK3S_DEBUG='it'"'"'s'\nNO_PROXY='n'\nhttps_proxy='p'\n`);
    expect((await stat(join(units, `k3s-${name}.service.env`))).mode & 0o777).toBe(0o600);
  });

  it('forgets what is not passed again', async () => {
    await install({ K3S_DEBUG: 'true', K3S_NODE_NAME: 'n' });
    await install({ K3S_NODE_NAME: 'n' });
    expect(await envFile()).toBe("K3S_NODE_NAME='n'\n");
  });
});

describe('restart', () => {
  const restarts = async (): Promise<number> => (await calls()).split('systemctl restart ').length - 1;

  it('happens once for the same binary, unit and environment', async () => {
    await install();
    const second = await install();
    expect(second.out).toContain('[INFO]  No change detected so skipping service start');
    expect(second.code).toBe(0);
    expect(await restarts()).toBe(1);
    expect((await calls()).split('systemctl enable ').length - 1).toBe(2);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a changed argument', () => install({}, '--debug')],
    ['a changed variable', () => install({ K3S_DEBUG: '1' })],
    ['INSTALL_K3S_FORCE_RESTART', () => install({ INSTALL_K3S_FORCE_RESTART: 'true' })],
  ])('happens again for %s', async (_, again) => {
    await install();
    await again();
    expect(await restarts()).toBe(2);
  });

  it('does not see a binary that the caller swapped before the run: both looks come after it', async () => {
    await install();
    await writeFile(join(bin, 'k3s'), '#!/bin/sh\n#\n');
    expect((await install()).out).toContain('No change detected so skipping service start');
  });

  it('drops rules that lead to pods which are gone', async () => {
    await install();
    expect(await readFile(join(home, 'restored-iptables-restore'), 'utf8')).toBe('-A INPUT -j ACCEPT\n');
  });

  it('is left out by the two skips', async () => {
    await install({ INSTALL_K3S_SKIP_START: 'true' });
    expect(await calls()).toContain('systemctl enable ');
    await rm(join(home, 'calls'));
    await install({ INSTALL_K3S_SKIP_ENABLE: 'true' });
    expect(await calls()).not.toMatch(/systemctl (enable|restart)/);
  });
});

describe('binary', () => {
  const release = async (content: string, hash?: string): Promise<Record<string, string>> => {
    const folder = join(home, 'release', 'download', 'v1%2Blab1');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'k3s'), content);
    const sum = hash ?? createHash('sha256').update(content).digest('hex');
    await writeFile(join(folder, 'sha256sum-amd64.txt'), `${'0'.repeat(64)}  k3s-arm64\n${sum}  k3s\n`);
    // The stub takes "curl … -o FILE URL" and maps the address to the folder above.
    await stub('curl', `for last; do :; done; exec cp "${home}/release/\${last#https://mirror/}" "$3"`);
    await stub('uname', 'echo x86_64');
    return { INSTALL_K3S_SKIP_DOWNLOAD: '', INSTALL_K3S_VERSION: 'v1+lab1', GITHUB_URL: 'https://mirror' };
  };

  it('is fetched, checked and put in place', async () => {
    const outcome = await install(await release('new'));
    expect(outcome).toMatchObject({ code: 0 });
    expect(await readFile(join(bin, 'k3s'), 'utf8')).toBe('new');
    expect((await stat(join(bin, 'k3s'))).mode & 0o777).toBe(0o755);
  });

  it('is not fetched when the installed one matches', async () => {
    await writeFile(join(bin, 'k3s'), 'same');
    const outcome = await install(await release('same'));
    expect(outcome.out).toContain('[INFO]  Skipping binary downloaded, installed k3s matches hash');
  });

  it('is refused when it does not match the list', async () => {
    const outcome = await install(await release('evil', 'a'.repeat(64)));
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain(`[ERROR]  Download sha256 does not match ${'a'.repeat(64)}, got `);
    expect(await readFile(join(bin, 'k3s'), 'utf8')).toBe('#!/bin/sh\n');
  });

  it('must be there when the download is skipped', async () => {
    await rm(join(bin, 'k3s'));
    const outcome = await install();
    expect(outcome.err).toBe(`[ERROR]  Executable k3s binary not found at ${bin}/k3s\n`);
  });
});

describe('beside the binary', () => {
  it('are links and two scripts', async () => {
    await install({ INSTALL_K3S_SYMLINK: 'force' });
    for (const tool of ['kubectl', 'crictl', 'ctr']) expect(await readlink(join(bin, tool))).toBe('k3s');
    for (const tool of ['k3s-killall.sh', `k3s-${name}-uninstall.sh`]) expect((await stat(join(bin, tool))).mode & 0o777).toBe(0o755);
  });

  it('is no link over a command that exists elsewhere', async () => {
    await stub('crictl', 'exit 0');
    await chmod(join(home, 'stubs', 'crictl'), 0o755);
    const outcome = await install();
    expect(outcome.out).toContain(`Skipping ${bin}/crictl symlink to k3s, command exists in PATH at ${home}/stubs/crictl`);
    expect(await readdir(bin)).not.toContain('crictl');
  });

  it('is nothing at all when the folder is read-only', async () => {
    await install({ INSTALL_K3S_BIN_DIR_READ_ONLY: 'true' });
    expect(await readdir(bin)).toEqual(['k3s']);
  });
});
