import { describe } from 'vitest';
import { parse } from 'yaml';
import { goldenTests } from '../../test/golden-files.ts';
import { sampleFacts } from '../../test/sample-facts.ts';
import { Sealed } from '../common/index.ts';
import type { Machine, Spec } from '../spec/index.ts';
import { agentConfig, serverConfig } from './node-config.ts';
import { registriesConfig } from './registries-config.ts';

/** What a golden's first half may say. */
interface Case {
  readonly machine: Partial<Machine>;
  readonly cgroup?: 1 | 2;
  readonly network?: Partial<Spec['network']>;
  readonly server?: string;
  readonly registries?: Spec['registries'];
}

describe('golden', () => {
  goldenTests('k3s', (input) => {
    const one = parse(input) as Case;
    const facts = sampleFacts({ cgroup: { version: one.cgroup ?? 2, memory: true } });
    const machine: Machine = { name: 'big', kind: 'ssh', target: 'ubuntu@big', role: 'server', hostKeys: [], labels: {}, ...one.machine };
    const spec = { network: { pods: '10.42.0.0/16', services: '10.43.0.0/16', backend: 'vxlan', ...one.network } } as Spec;
    const config = machine.role === 'server' ? serverConfig(spec, machine, facts) : agentConfig(machine, facts, one.server ?? '');
    const registries = one.registries
      ? registriesConfig(
          { mirrors: one.registries.mirrors ?? {}, configs: one.registries.configs ?? {} },
          { passwords: { 'ghcr.io': new Sealed('hunter2') }, certificates: { '/home/me/ca.pem': 'PEM\n' } },
        )
      : undefined;
    const others = Object.entries(registries?.files ?? {}).map(([path, text]) => `-- ${path} --\n${text}`);
    return [`-- config.yaml --\n${config}`, ...(registries ? [`-- registries.yaml --\n${registries.text.reveal()}`] : []), ...others].join(
      '',
    );
  });
});
