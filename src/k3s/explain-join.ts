/** Why a node did not come up, read from its journal. */
export interface JoinFailure {
  readonly id: 'token' | 'ca' | 'name-taken' | 'refused' | 'prohibited' | 'timeout' | 'cgroup' | 'port' | 'config' | 'overlay' | 'unknown';
  readonly message: string;
  readonly hint: string;
}

interface Known extends JoinFailure {
  readonly pattern: RegExp;
}

/**
 * First match wins. The texts are K3s' own; several of them are logged at info level behind "server
 * is not ready", so the level and that phrase say nothing.
 */
const table: readonly Known[] = [
  {
    id: 'name-taken',
    pattern: /Node password rejected|unable to verify (?:password|hash) for node|duplicate node name/,
    message:
      'the cluster already has a node of this name, with another password (the machine was reinstalled, or two machines share the name)',
    hint: 'If the old node is gone for good, delete it and run again: kubectl delete node NAME (its password goes with it).',
  },
  {
    id: 'ca',
    pattern: /token CA hash does not match/,
    message: "the server's certificate authority is not the one in the token: another cluster answers at that address",
    hint: 'Is the server address right, and was the server reinstalled? Run again after "farthing status" shows the right server.',
  },
  {
    id: 'token',
    pattern: /\b401 Unauthorized\b|not authorized|invalid token format/,
    message: 'the server does not accept the token',
    hint: 'Run the command again: farthing reads the token from the server and writes it anew.',
  },
  {
    id: 'cgroup',
    pattern: /not to run on a host using cgroup v1|configured to not run on a host using cgroup v1|failed to find (?:memory|cpuset) cgroup/,
    message: 'the kubelet does not get along with the cgroups of this host',
    hint: 'On a Raspberry Pi add "cgroup_memory=1 cgroup_enable=memory" to the one line of /boot/firmware/cmdline.txt and reboot.',
  },
  {
    id: 'overlay',
    pattern: /"overlayfs" snapshotter cannot be enabled/,
    message: 'the file system of /var/lib/rancher does not support overlayfs',
    hint: 'Use ext4 or xfs (with ftype=1) for /var/lib/rancher.',
  },
  {
    id: 'port',
    pattern: /bind: address already in use/,
    message: 'another program has a port that K3s needs',
    hint: 'See which: sudo ss -lntp | grep -e 6443 -e 10250 -e 6444',
  },
  {
    id: 'config',
    pattern: /flag provided but not defined|critical configuration value mismatch|encrypted with different token|yaml: /,
    message: 'K3s does not accept its configuration',
    hint: 'Another tool changed /etc/rancher/k3s (a config.yaml.d file?) or the data belongs to another cluster.',
  },
  {
    id: 'prohibited',
    pattern: /no route to host/,
    message: 'the server is there, but a host firewall rejects port 6443',
    hint: "Look at the server's rules: something other than farthing's rules rejects it before them (sudo iptables -S INPUT).",
  },
  {
    id: 'refused',
    pattern: /connection refused/,
    message: 'nothing listens on port 6443 of the server',
    hint: 'K3s on the server is stopped or still starting: farthing ssh SERVER sudo systemctl status k3s',
  },
  {
    id: 'timeout',
    pattern: /i\/o timeout|context deadline exceeded|Client\.Timeout/,
    message: 'the server does not answer on port 6443: a firewall between the machines drops the packets (security list, router)',
    hint: 'Allow tcp 6443 and 10250 and udp 8472 between the machines in the network of the provider.',
  },
];

/** The cause of a failed start or join. The last lines count most: what was cured since stands above. */
export function explainJoin(journal: string): JoinFailure {
  const lines = journal.trimEnd().split('\n');
  for (const part of [lines.slice(-12).join('\n'), journal]) {
    const known = table.find((entry) => entry.pattern.test(part));
    if (known) return { id: known.id, message: known.message, hint: known.hint };
  }
  return {
    id: 'unknown',
    message: 'the journal shows no cause farthing knows',
    hint: 'Read it: farthing ssh MACHINE sudo journalctl -u k3s -u k3s-agent -n 100',
  };
}
