import { type Cidr, cidrContains, cidrsOverlap, type Diagnostic, parseCidr, parseIpv4 } from '../../common/index.ts';
import type { Check, CheckInput } from '../check.ts';
import { asMap } from '../plain.ts';
import { problem } from '../problem.ts';

/** What K3s takes when the file says nothing. */
export const networkDefaults = { pods: '10.42.0.0/16', services: '10.43.0.0/16' } as const;

/** Bits of the range each node gets out of the pods' (K3s' `cluster-cidr` mask). */
const nodeBits = 24;

/** That the ranges inside the cluster are apart from each other and from the machines, and big enough. */
export const checkNetwork: Check = (input) => {
  const network = asMap(input.data.network);
  const range = (key: 'pods' | 'services') => parseCidr(typeof network[key] === 'string' ? network[key] : networkDefaults[key]);
  const pods = range('pods');
  const services = range('services');
  const list: Diagnostic[] = [];
  if (pods && services && cidrsOverlap(pods, services)) {
    const key = network.services === undefined ? 'pods' : 'services';
    const message = `\`network.pods\` (${pods.text}) and \`network.services\` (${services.text}) overlap`;
    list.push(
      problem('FAR-SPEC-009', input.source.at(['network', key]), message, 'give them ranges apart, like 10.42.0.0/16 and 10.43.0.0/16'),
    );
  }
  const machines = Object.keys(asMap(input.data.machines));
  const room = pods ? 2 ** (nodeBits - pods.prefix) : Number.POSITIVE_INFINITY;
  if (pods && room < machines.length) {
    const least = nodeBits - Math.ceil(Math.log2(machines.length));
    const has = room < 1 ? 'is too small for one node' : `has room for ${room} of ${machines.length} nodes`;
    const message = `\`network.pods\` (${pods.text}) ${has}: each takes a /${nodeBits}`;
    list.push(problem('FAR-SPEC-009', input.source.at(['network', 'pods']), message, `write a range of /${least} or bigger`));
  }
  // The API server allocates from a bitmap of at most 2^20 addresses.
  if (services && (services.prefix < 12 || services.prefix > 28)) {
    const message = `\`network.services\` (${services.text}) has a size Kubernetes does not take`;
    list.push(problem('FAR-SPEC-004', input.source.at(['network', 'services']), message, 'write a range between /12 and /28'));
  }
  return [...list, ...machines.flatMap((name) => inside(input, name, { pods, services }))];
};

function inside(input: CheckInput, name: string, ranges: Readonly<Record<string, Cidr | undefined>>): Diagnostic[] {
  const machine = asMap(asMap(input.data.machines)[name]);
  return ['address', 'externalAddress'].flatMap((key) => {
    const address = typeof machine[key] === 'string' ? parseIpv4(machine[key]) : undefined;
    const hit = Object.entries(ranges).find(([, range]) => range && address !== undefined && cidrContains(range, address));
    if (!hit) return [];
    const message = `\`machines.${name}.${key}\` (${machine[key]}) is inside \`network.${hit[0]}\` (${hit[1]?.text})`;
    const hint = `give \`network.${hit[0]}\` a range that none of your networks uses`;
    return [problem('FAR-SPEC-009', input.source.at(['machines', name, key]), message, hint)];
  });
}
