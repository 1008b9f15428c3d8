import { install, needInstall, placeBinary, unitProperty, wipe } from '../actions.ts';
import { type Bench, staging } from '../bench.ts';
import { parseAssignments } from '../parse/assignments.ts';
import { parseUnit, valuesOf } from '../parse/unit.ts';
import type { Check, Scene } from '../types.ts';
import { contains, every, fail, holds, matches, pass, same } from '../verdict.ts';
import { downloadChecks } from './download.ts';

const unitFile = (name: string): string => `/etc/systemd/system/${name}.service`;
const read = (bench: Bench, path: string): Promise<string> => bench.server.host.need('cat "$1"', { args: [path] });
/** A folder on PATH with a command of another package. */
const foreign = `${staging}/foreign`;
const noStart = { INSTALL_K3S_SKIP_START: 'true' };

/** Installs without starting and gives the unit that came of it. */
async function unitAfter(bench: Bench, name: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  await needInstall(bench.server.host, { args, env: { ...noStart, ...env } });
  return read(bench, unitFile(name));
}

/** What the script says and how it ends when it must refuse. */
async function refusal(bench: Bench, env: Record<string, string>, ...parts: readonly string[]) {
  const answer = await install(bench.server.host, { env: { ...noStart, ...env } });
  return answer.code === 0 ? fail('a refusal', answer.out) : contains(answer.err, '[ERROR]', ...parts);
}

const joining = { K3S_URL: 'https://192.0.2.1:6443', K3S_TOKEN: 'x' };

const checks: readonly Check[] = [
  {
    id: 'install.binary-must-exist',
    contract: 'skip download without a binary is fatal: Executable k3s binary not found at …',
    run: (bench) => refusal(bench, { INSTALL_K3S_BIN_DIR: `${staging}/bin` }, 'Executable k3s binary not found at'),
  },
  {
    id: 'install.url-https',
    contract: 'K3S_URL that is not https:// is fatal',
    run: (bench) => refusal(bench, { K3S_URL: 'http://192.0.2.1:6443', K3S_TOKEN: 'x' }, 'Only https:// URLs are supported for K3S_URL'),
  },
  {
    id: 'install.agent-needs-token',
    contract: 'K3S_URL without a token is fatal when the role was not named',
    run: (bench) =>
      refusal(
        bench,
        { K3S_URL: 'https://192.0.2.1:6443' },
        "Defaulted k3s exec command to 'agent' because K3S_URL is defined, but K3S_TOKEN or K3S_TOKEN_FILE is not defined.",
      ),
  },
  {
    id: 'install.role-server',
    contract: 'no word and no K3S_URL means server, unit k3s.service',
    run: async (bench) => same(parseUnit(await unitAfter(bench, 'k3s', ['--debug'])).command.slice(1), ['server', '--debug']),
  },
  {
    id: 'install.exec-order',
    contract: 'INSTALL_K3S_EXEC comes before the script arguments; one single-quoted argument a line',
    run: async (bench) => {
      const text = await unitAfter(bench, 'k3s', ['--node-label', 'a=b'], { INSTALL_K3S_EXEC: 'server --debug' });
      const tail = `    server \\\n\t'--debug' \\\n\t'--node-label' \\\n\t'a=b' \\\n`;
      return holds(text.includes(tail), tail, text.slice(text.indexOf('ExecStart')));
    },
  },
  {
    id: 'install.unit-keys',
    contract: 'the unit is Type=notify, KillMode=process, no start timeout, Restart=always after 5 s, three environment files',
    run: async (bench) => {
      const unit = parseUnit(await unitAfter(bench, 'k3s', []));
      const found = Object.fromEntries(
        ['Type', 'KillMode', 'Delegate', 'TimeoutStartSec', 'Restart', 'RestartSec', 'EnvironmentFile', 'WantedBy', 'ExecStartPre'].map(
          (key) => [key, valuesOf(unit, key)],
        ),
      );
      return same(found, {
        Type: ['notify'],
        KillMode: ['process'],
        Delegate: ['yes'],
        TimeoutStartSec: ['0'],
        Restart: ['always'],
        RestartSec: ['5s'],
        EnvironmentFile: ['-/etc/default/%N', '-/etc/sysconfig/%N', '-/etc/systemd/system/k3s.service.env'],
        WantedBy: ['multi-user.target'],
        ExecStartPre: ['-/sbin/modprobe br_netfilter', '-/sbin/modprobe overlay'],
      });
    },
  },
  {
    id: 'install.env-file',
    contract: 'k3s.service.env has mode 600 and holds K3S_*, CONTAINERD_* and proxy variables, nothing else',
    run: async (bench) => {
      const env = { K3S_CONTRACT: 'a b', CONTAINERD_CONTRACT: '1', no_proxy: 'x.test', CONTRACT_K3S: 'no' };
      await unitAfter(bench, 'k3s', [], env);
      const path = `${unitFile('k3s')}.env`;
      const mode = (await bench.server.host.need('stat -c %a "$1"', { args: [path] })).trim();
      const { CONTRACT_K3S: _, ...kept } = env;
      const found = parseAssignments(await read(bench, path));
      const picked = Object.fromEntries(Object.keys(kept).map((key) => [key, found[key]]));
      return every(same(mode, '600'), same(picked, kept), holds(found.CONTRACT_K3S === undefined, 'no CONTRACT_K3S', 'absent'));
    },
  },
  {
    id: 'install.env-rewritten',
    contract: 'the environment file is rewritten whole: a variable not passed again is lost',
    run: async (bench) => {
      await unitAfter(bench, 'k3s', [], { K3S_CONTRACT: 'once' });
      await unitAfter(bench, 'k3s', []);
      const text = await read(bench, `${unitFile('k3s')}.env`);
      return holds(!text.includes('K3S_CONTRACT'), 'no K3S_CONTRACT after the second run', text || 'empty');
    },
  },
  {
    id: 'install.skips',
    contract: 'SKIP_START enables only, SKIP_ENABLE leaves the unit disabled',
    run: async (bench) => {
      const { host } = bench.server;
      await unitAfter(bench, 'k3s', []);
      const started = `${await unitProperty(host, 'k3s', 'UnitFileState')} ${await unitProperty(host, 'k3s', 'ActiveState')}`;
      await unitAfter(bench, 'k3s', [], { INSTALL_K3S_SKIP_ENABLE: 'true' });
      await host.need('systemctl daemon-reload');
      return every(same(started, 'enabled inactive'), same(await unitProperty(host, 'k3s', 'UnitFileState'), 'disabled'));
    },
  },
  {
    id: 'install.links',
    contract: 'kubectl, crictl and ctr link to k3s unless the command is on PATH already',
    run: async (bench) => {
      await unitAfter(bench, 'k3s', []);
      const found = await bench.server.host.need('for t in kubectl crictl ctr; do echo "$t $(readlink /usr/local/bin/$t)"; done');
      const expected = ['kubectl', 'crictl', 'ctr'].map((tool) => `${tool} ${bench.server.facts.foreignTools.includes(tool) ? '' : 'k3s'}`);
      return same(
        found
          .trim()
          .split('\n')
          .map((line) => line.trim()),
        expected.map((line) => line.trim()),
      );
    },
  },
  {
    id: 'install.links-foreign',
    contract: 'no link is made over a command that lies elsewhere on PATH',
    run: async (bench) => {
      const { host } = bench.server;
      await host.need(
        `rm -f /usr/local/bin/kubectl /usr/local/bin/crictl /usr/local/bin/ctr
         mkdir -p "$1"; printf '#!/bin/sh\n' > "$1/crictl"; chmod 755 "$1/crictl"`,
        { args: [foreign] },
      );
      await unitAfter(bench, 'k3s', [], { PATH: `${foreign}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` });
      return same((await host.need('ls /usr/local/bin | grep -x crictl || true')).trim(), '');
    },
  },
  {
    id: 'install.symlink-skip',
    contract: 'INSTALL_K3S_SYMLINK=skip makes no links',
    run: async (bench) => {
      await bench.server.host.need('rm -f /usr/local/bin/kubectl /usr/local/bin/crictl /usr/local/bin/ctr');
      await unitAfter(bench, 'k3s', [], { INSTALL_K3S_SYMLINK: 'skip' });
      return same((await bench.server.host.need('ls /usr/local/bin | grep -xE "kubectl|crictl|ctr" || true')).trim(), '');
    },
  },
  {
    id: 'install.scripts',
    contract: 'k3s-killall.sh and k3s-uninstall.sh are written with mode 755',
    run: async (bench) =>
      matches(await bench.server.host.need('stat -c "%a %n" /usr/local/bin/k3s-*.sh'), /755 \S+k3s-killall\.sh\n755 \S+k3s-uninstall\.sh/),
  },
  ...downloadChecks,
  {
    id: 'install.role-agent',
    contract: 'K3S_URL and a token without a word mean agent, unit k3s-agent.service',
    run: async (bench) => {
      const unit = await unitAfter(bench, 'k3s-agent', [], joining);
      const env = parseAssignments(await read(bench, `${unitFile('k3s-agent')}.env`));
      return every(same(parseUnit(unit).command.slice(1), ['agent']), same([env.K3S_URL, env.K3S_TOKEN], [joining.K3S_URL, 'x']));
    },
  },
  {
    id: 'install.role-joining-server',
    contract: 'an explicit server with K3S_URL stays a server',
    run: async (bench) => same(parseUnit(await unitAfter(bench, 'k3s', ['server'], joining)).command[1], 'server'),
  },
  {
    id: 'uninstall.blocked',
    contract: 'with another k3s unit left, uninstall removes its own unit only and says so',
    run: async (bench) => {
      const answer = await bench.server.host.run('/usr/local/bin/k3s-agent-uninstall.sh 2>&1');
      const left = await bench.server.host.need('ls /etc/systemd/system/k3s* /usr/local/bin/k3s* | sed "s|.*/||" | sort');
      return every(
        contains(answer.out, 'Additional k3s services installed, skipping uninstall of k3s'),
        same(left.trim().split('\n'), ['k3s', 'k3s-killall.sh', 'k3s-uninstall.sh', 'k3s.service', 'k3s.service.env']),
      );
    },
  },
  {
    id: 'uninstall.bare',
    contract: 'the last uninstall removes unit, environment file, binary, links and scripts',
    run: async (bench) => {
      await bench.server.host.run('/usr/local/bin/k3s-uninstall.sh');
      const left = await bench.server.host.need(
        'ls -d /etc/systemd/system/k3s* /usr/local/bin/* /etc/rancher/k3s 2>/dev/null | grep -E "k3s|kubectl" || true',
      );
      return left.trim() === '' ? pass('nothing left') : fail('nothing left', left);
    },
  },
];

/** The install script alone, with nothing started. */
export const installer: Scene = {
  name: 'installer',
  enter: async (bench) => {
    await wipe(bench.server.host);
    await placeBinary(bench.server.host);
  },
  checks,
  leave: (bench) => wipe(bench.server.host),
};
