import { stringify } from 'yaml';
import type { HostFacts } from '../host/index.ts';
import type { Machine, Spec } from '../spec/index.ts';
import { agentTokenFile, apiPort, serverTokenFile } from './paths.ts';

/**
 * /etc/rancher/k3s/config.yaml of the server. Everything is in this file and nothing on the command
 * line: the installer forgets flags that are not repeated. It holds no secrets.
 */
export function serverConfig(spec: Spec, machine: Machine, facts: HostFacts): string {
  const address = nodeAddress(machine, facts);
  return text({
    ...nodePart(machine, facts),
    'token-file': serverTokenFile,
    // Agents join with a secret of their own: the server's is cluster-admin.
    'agent-token-file': agentTokenFile,
    // Can only be switched on at the first start.
    'secrets-encryption': true,
    'cluster-cidr': spec.network.pods,
    'service-cidr': spec.network.services,
    'flannel-backend': spec.network.backend,
    'tls-san': [...new Set([machine.name, address, ...(machine.externalAddress ? [machine.externalAddress] : [])])],
    'write-kubeconfig-mode': '0600',
    disable: ['traefik', 'servicelb'],
  });
}

/** /etc/rancher/k3s/config.yaml of an agent that joins the server at `serverAddress`. */
export function agentConfig(machine: Machine, facts: HostFacts, serverAddress: string): string {
  return text({
    ...nodePart(machine, facts),
    server: `https://${serverAddress}:${apiPort}`,
    'token-file': agentTokenFile,
  });
}

/** The address the other nodes reach a machine by: what the file says, or that of its default route. */
export function nodeAddress(machine: Machine, facts: Pick<HostFacts, 'address'>): string {
  return machine.address ?? facts.address;
}

function nodePart(machine: Machine, facts: HostFacts): Record<string, unknown> {
  const labels = Object.entries(machine.labels).map(([key, value]) => `${key}=${value}`);
  return {
    'node-name': machine.name,
    'node-ip': nodeAddress(machine, facts),
    ...(machine.externalAddress ? { 'node-external-ip': machine.externalAddress } : {}),
    ...(labels.length > 0 ? { 'node-label': labels.sort() } : {}),
    // A kubelet of 1.35 and later refuses cgroup v1 unless told otherwise.
    ...(facts.cgroup.version === 1 ? { 'kubelet-arg': ['fail-cgroupv1=false'] } : {}),
    // NodePorts are not open to the world: they pass around the INPUT chain of a host firewall.
    'kube-proxy-arg': ['nodeport-addresses=127.0.0.0/8'],
  };
}

function text(config: Record<string, unknown>): string {
  return `# Written by farthing from farthing.yaml; it puts back what is changed here.\n${stringify(config, { lineWidth: 0 })}`;
}
