import { agentOf, type Bench, type Subject } from '../bench.ts';
import { getNode, type NodeObject } from '../node-object.ts';
import type { Check, Verdict } from '../types.ts';
import { every, fail, holds, pass, same } from '../verdict.ts';

interface Entry {
  readonly mac?: string;
  readonly lladdr?: string;
  readonly dst?: string;
  readonly gateway?: string;
  readonly flags?: readonly string[];
  readonly state?: string | readonly string[];
}

const list = async (subject: Subject, command: string): Promise<Entry[]> =>
  JSON.parse((await subject.host.need(command)) || '[]') as Entry[];

/** What a remote node's object says about how to reach its pods. */
function reachOf(node: NodeObject): { mac: string; address: string; base: string; range: string } {
  const prefix = 'flannel.alpha.coreos.com/';
  const data = JSON.parse(node.metadata.annotations[`${prefix}backend-data`] ?? '{}') as { VtepMAC?: string };
  const range = node.spec.podCIDR ?? '';
  return {
    mac: data.VtepMAC ?? '',
    address: node.metadata.annotations[`${prefix}public-ip`] ?? '',
    base: range.replace(/\/\d+$/, ''),
    range,
  };
}

/** Compares one host's tables with what the other's Node object says. */
async function tables(bench: Bench, here: Subject, there: Subject): Promise<Verdict> {
  const node = await getNode(bench.server.host, there.facts.hostname);
  if (node === undefined) return fail(`Node ${there.facts.hostname}`, 'absent');
  const reach = reachOf(node);
  const bridge = (await list(here, 'bridge -j fdb show dev flannel.1')).find((entry) => entry.mac === reach.mac);
  const neighbour = (await list(here, 'ip -j -4 neigh show dev flannel.1')).find((entry) => entry.dst === reach.base);
  const route = (await list(here, 'ip -j -4 route show dev flannel.1')).find((entry) => entry.dst === reach.range);
  return every(
    same([bridge?.dst, bridge?.flags, bridge?.state], [reach.address, ['self'], 'permanent']),
    same([neighbour?.lladdr, neighbour?.state], [reach.mac, ['PERMANENT']]),
    same([route?.gateway, route?.flags], [reach.base, ['onlink']]),
  );
}

/** Flannel between two nodes. */
export const agentNetworkChecks: readonly Check[] = [
  {
    id: 'agent.tables-on-server',
    contract: "FDB, ARP and route to the agent's pods follow from its Node object",
    run: (bench) => tables(bench, bench.server, agentOf(bench)),
  },
  {
    id: 'agent.tables-on-agent',
    contract: "FDB, ARP and route to the server's pods follow from its Node object",
    run: (bench) => tables(bench, agentOf(bench), bench.server),
  },
  {
    id: 'agent.overlay',
    contract: 'packets cross the overlay when the firewalls let UDP 8472 through',
    run: async (bench) => {
      const node = await getNode(bench.server.host, agentOf(bench).facts.hostname);
      const target = node === undefined ? '' : reachOf(node).base;
      const answer = await bench.server.host.run('ping -c 3 -W 2 "$1"', { args: [target] });
      return answer.code === 0 ? pass(`${target} answers`) : fail(`${target} answers`, answer.out);
    },
  },
  {
    id: 'agent.overlay-needs-8472',
    contract: 'without UDP 8472 they do not',
    run: async (bench) => {
      const node = await getNode(bench.server.host, agentOf(bench).facts.hostname);
      const target = node === undefined ? '' : reachOf(node).base;
      const agent = agentOf(bench).host;
      await agent.need('iptables -I INPUT 1 -p udp --dport 8472 -m comment --comment contract-suite -j DROP');
      const answer = await bench.server.host.run('ping -c 2 -W 1 "$1"', { args: [target] });
      await agent.need('iptables -D INPUT -p udp --dport 8472 -m comment --comment contract-suite -j DROP');
      return holds(answer.code !== 0, 'no answer', answer.code === 0 ? answer.out : 'no answer');
    },
  },
];
