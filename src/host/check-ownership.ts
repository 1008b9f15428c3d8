import type { Finding } from '../operation/index.ts';
import type { PreflightInput, SeenMachine } from './preflight.ts';

/** Ports a node listens on, on all addresses or loopback. */
const nodePorts = { tcp: [10250, 6444, 10248, 10249, 10256, 10010], udp: [8472] };
const serverPorts = { tcp: [6443, 10257, 10258, 10259] };

/** Does the host belong to somebody else: another cluster, another Kubernetes, another program on our ports? */
export function checkOwnership({ machine, facts }: SeenMachine, input: PreflightInput): Finding[] {
  const found: Finding[] = [];
  const say = (severity: Finding['severity'], id: string, message: string, hint?: string) =>
    found.push({ severity, id, machine: machine.name, message, ...(hint === undefined ? {} : { hint }) });
  const { owner, k3s } = facts;

  if (owner !== undefined && owner.id !== input.clusterId) {
    say(
      'refuse',
      'other-owner',
      `it belongs to the cluster ${owner.cluster} (as ${owner.machine})`,
      `Take it out there first ("farthing down", or remove it from that file). If that cluster is gone for good: sudo rm -r /etc/farthing on it.`,
    );
  } else if (owner !== undefined && owner.machine !== machine.name) {
    say(
      'refuse',
      'renamed',
      `it is ${owner.machine} of this cluster: a node's name is for good`,
      `Name it ${owner.machine} in the file again, or take it out, "farthing up", and add it under the new name.`,
    );
  }
  if (facts.otherKubernetes.length > 0) {
    say(
      'refuse',
      'other-kubernetes',
      `another Kubernetes is on it: ${facts.otherKubernetes.join(', ')}`,
      'Remove it, or use another machine.',
    );
  }
  const ours = owner?.id === input.clusterId || (owner === undefined && input.members?.includes(machine.name) === true);
  if (k3s?.role !== undefined && !ours) {
    say(
      'refuse',
      'foreign-k3s',
      `a K3s that farthing did not install is on it (${k3s.role}, ${k3s.version ?? 'version unknown'}); adopting one is not built yet`,
      `If it may go, with all its data: sudo ${k3s.role === 'server' ? 'k3s-uninstall.sh' : 'k3s-agent-uninstall.sh'}`,
    );
  }
  if (ours && k3s?.role !== undefined && k3s.role !== machine.role) {
    say('refuse', 'role-change', `it is ${aRole(k3s.role)}, the file says ${machine.role}: changing the role is not built yet`);
  }
  if (ours && k3s?.role !== undefined && k3s.version !== undefined && k3s.version !== input.k3sVersion) {
    say('note', 'version', `it runs K3s ${k3s.version}, the file says ${input.k3sVersion}: "up" never upgrades`);
  }
  if (!(ours && k3s?.role !== undefined)) {
    const wanted = machine.role === 'server' ? [...nodePorts.tcp, ...serverPorts.tcp] : nodePorts.tcp;
    for (const socket of facts.listening) {
      const ports = socket.protocol === 'tcp' ? wanted : nodePorts.udp;
      if (k3s?.role !== undefined || !ports.includes(socket.port)) continue;
      say(
        'refuse',
        'port-taken',
        `${socket.protocol} port ${socket.port} is taken by ${socket.program}`,
        'Stop that program or give it another port.',
      );
    }
  }
  return found;
}

function aRole(role: string): string {
  return role === 'agent' ? 'an agent' : `a ${role}`;
}
