import { fileTrait, unitProperty, until } from '../actions.ts';
import { type Bench, confDir, dataDir } from '../bench.ts';
import type { Check } from '../types.ts';
import { contains, every, fail, holds, pass, same } from '../verdict.ts';

const kept = `${dataDir}/storage/contract-kept`;

/** Puts somebody's data, on a mount of its own, inside the data directory. */
export async function prepareLeaving(bench: Bench): Promise<void> {
  const script = 'mkdir -p "$1" && mount -t tmpfs contract "$1" && echo precious > "$1/file"';
  await bench.server.host.need(script, { args: [kept] });
}

async function lines(bench: Bench, script: string): Promise<string[]> {
  const out = await bench.server.host.need(script);
  return out.split('\n').filter((line) => line.trim() !== '');
}

/** What the clean-up scripts take and what they leave; the last checks of a run, in order. */
export const leaveChecks: readonly Check[] = [
  {
    id: 'killall.stops',
    contract: 'killall stops the unit and every container process',
    run: async (bench) => {
      const answer = await bench.server.host.run('/usr/local/bin/k3s-killall.sh 2>&1', { seconds: 180 });
      const state = await unitProperty(bench.server.host, 'k3s', 'ActiveState');
      const left = await lines(bench, `ps -e -o args= | grep -E '^/var/lib/rancher/k3s/data/|^/usr/local/bin/k3s' || true`);
      return every(same(answer.code, 0), holds(state !== 'active', 'not active', state), same(left, []));
    },
  },
  {
    id: 'killall.network',
    contract: 'killall removes cni0, flannel.1, pod namespaces, /var/lib/cni and the KUBE-, CNI- and flannel rules',
    run: async (bench) => {
      const left = await lines(
        bench,
        `ip -o link | grep -oE ' (cni0|flannel\\.1|veth[0-9a-f]+)[:@]' || true
         ip netns show | grep '^cni-' || true
         ls -d /var/lib/cni 2>/dev/null || true
         iptables-save | grep -E '^-A.*(KUBE-|CNI-|FLANNEL)' || true`,
      );
      return same(left, []);
    },
  },
  {
    id: 'killall.mounts',
    contract: 'killall leaves no mount under /run/k3s and /var/lib/kubelet',
    run: async (bench) => same(await lines(bench, `grep -E ' (/run/k3s|/var/lib/kubelet)/' /proc/self/mounts || true`), []),
  },
  {
    id: 'killall.keeps',
    contract: 'killall keeps the unit enabled, the binary, the configuration and all data',
    run: async (bench) => {
      const { host } = bench.server;
      const paths = [`${dataDir}/server/db/state.db`, `${dataDir}/server/token`, `${confDir}/config.yaml`, '/usr/local/bin/k3s'];
      const traits = await Promise.all(paths.map((path) => fileTrait(host, path)));
      return every(
        same(await unitProperty(host, 'k3s', 'UnitFileState'), 'enabled'),
        same(
          paths.filter((_, at) => traits[at] === 'absent'),
          [],
        ),
      );
    },
  },
  {
    id: 'killall.restarts',
    contract: 'a start after killall brings the same cluster back',
    run: async (bench) => {
      const { host, facts } = bench.server;
      await host.need('systemctl start k3s', { seconds: 300 });
      const found = await until('the Node', 90, async () => {
        const answer = await host.run('/usr/local/bin/k3s kubectl get node "$1" -o name', { args: [facts.hostname] });
        return answer.code === 0 ? answer.out : undefined;
      });
      return same(found.trim(), `node/${facts.hostname}`);
    },
  },
  {
    id: 'uninstall.removes',
    contract:
      'uninstall removes unit, environment file, links, configuration, data, /run/k3s, /run/flannel, /var/lib/kubelet, binary and itself',
    run: async (bench) => {
      const answer = await bench.server.host.run('/usr/local/bin/k3s-uninstall.sh 2>&1', { seconds: 240 });
      const left = await lines(
        bench,
        `ls -d /etc/systemd/system/k3s* /etc/rancher/k3s /run/k3s /run/flannel /var/lib/kubelet /usr/local/bin/k3s* 2>/dev/null || true
         for tool in kubectl crictl ctr; do [ ! -L /usr/local/bin/$tool ] || echo $tool; done
         ls -A /var/lib/rancher/k3s 2>/dev/null | grep -v '^storage$' || true`,
      );
      return every(holds(answer.code === 0, 'exit code 0', answer.out.slice(-300)), same(left, []));
    },
  },
  {
    id: 'uninstall.keeps-mounts',
    contract: 'what is mounted inside the data directory survives an uninstall',
    run: async (bench) => {
      const answer = await bench.server.host.run('cat "$1/file"', { args: [kept] });
      return answer.code === 0 ? same(answer.out.trim(), 'precious') : fail('the file', 'gone');
    },
  },
  {
    id: 'uninstall.keeps-password',
    contract: 'the node password outlives an uninstall',
    run: async (bench) => {
      const trait = await fileTrait(bench.server.host, '/etc/rancher/node/password');
      return trait === '600 root' ? pass(trait) : fail('600 root', trait);
    },
  },
  {
    id: 'uninstall.unit-gone',
    contract: 'systemd does not know the unit any more',
    run: async (bench) => {
      const answer = await bench.server.host.run('systemctl daemon-reload; systemctl cat k3s 2>&1');
      return every(holds(answer.code !== 0, 'no unit', answer.out), contains(answer.out, 'No files found for k3s.service'));
    },
  },
];
