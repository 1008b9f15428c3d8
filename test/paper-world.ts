import { parse } from 'yaml';
import { loadCatalog } from '../src/catalog/index.ts';
import { mapSealed, Sealed, sha256 } from '../src/common/index.ts';
import { loadProject } from '../src/compose/index.ts';
import type { HostFacts } from '../src/host/index.ts';
import type { Platforms } from '../src/images/index.ts';
import type { NodeData, StageData } from '../src/k3s/index.ts';
import type { LiveObject } from '../src/kube/index.ts';
import type { Inventory, World } from '../src/observe/index.ts';
import type { Operation } from '../src/operation/index.ts';
import type { Plan, PlanInput } from '../src/plan/index.ts';
import { parseSpec } from '../src/spec/index.ts';
import type { Manifest } from '../src/workloads/index.ts';
import { environmentOf, memoryProject } from './memory-project.ts';
import { oracleFilter, sampleFacts } from './sample-facts.ts';

const digest = (letter: string) => letter.repeat(64);

/** The file most plans here are made from. */
export const homeFile = `version: 1
name: home
k3s:
  version: v1.36.4+k3s1
  sha256: { amd64: ${digest('a')}, arm64: ${digest('b')}, installScript: ${digest('c')} }
machines:
  big: { ssh: ubuntu@10.0.0.11, role: server }
  micro-1: { ssh: ubuntu@10.0.0.12 }
  micro-2: { ssh: ubuntu@10.0.0.13 }
apps:
  shop:
    compose: ./compose.yaml
    services: { db: { prefer: [big] } }
`;

/** Its app: a web service that waits for a database with a volume. */
export const shopFile = `services:
  web:
    image: adminer:4
    ports: ["8080:8080"]
    environment: { GREETING: hello }
    depends_on: { db: { condition: service_healthy } }
  db:
    image: mariadb:10.11
    environment: { MARIADB_ROOT_PASSWORD: correct-horse-battery }
    volumes: ["data:/var/lib/mysql"]
    healthcheck: { test: "healthcheck.sh --connect" }
volumes: { data: {} }
`;

/** Three bare hosts, as the file expects them. */
export function bareHosts(): Record<string, HostFacts> {
  const host = (machine: string, n: number, gib: number) =>
    sampleFacts({
      machine,
      hostname: machine,
      address: `10.0.0.${n}`,
      addresses: [`10.0.0.${n}`],
      machineId: String(n).repeat(16),
      arch: machine === 'big' ? 'arm64' : 'amd64',
      rawArch: machine === 'big' ? 'aarch64' : 'x86_64',
      memory: gib * 1024 ** 3,
      cpus: machine === 'big' ? 2000 : 1000,
      filterRules: oracleFilter,
    });
  return { big: host('big', 11, 12), 'micro-1': host('micro-1', 12, 1), 'micro-2': host('micro-2', 13, 1) };
}

/** A world in which only these hosts are. */
export function worldOf(hosts: World['hosts'], cluster: World['cluster'] = { state: 'absent' }): World {
  return { at: '2026-11-24T12:00:00.000Z', hosts, cluster };
}

const both: Omit<Platforms, 'image'> = {
  digest: `sha256:${digest('d')}`,
  platforms: ['linux/amd64', 'linux/arm64'],
  certainty: 'index',
  notes: [],
};

/** What a plan is made from, for a file and its Compose file as text. Throws when they have mistakes. */
export async function planInput(
  world: World | undefined,
  options: {
    readonly file?: string;
    readonly compose?: string;
    readonly platforms?: Record<string, Partial<Platforms>>;
    readonly only?: string;
  } = {},
): Promise<PlanInput> {
  const files = new Map([['compose.yaml', options.compose ?? shopFile]]);
  const io = memoryProject(files);
  const env = environmentOf({});
  const { spec, diagnostics } = parseSpec(options.file ?? homeFile, {
    file: 'farthing.yaml',
    dir: '/project',
    env,
    files: { kindOf: () => 'file' },
  });
  if (!spec || diagnostics.some((d) => d.severity === 'error')) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const projects: Record<string, PlanInput['projects'][string]> = {};
  for (const app of spec.apps) {
    const loaded = await loadProject({ files: app.compose, io, env, projectName: app.name, profiles: [] });
    if (!loaded.project || loaded.diagnostics.some((d) => d.severity === 'error'))
      throw new Error(loaded.diagnostics.map((d) => d.message).join('\n'));
    projects[app.name] = loaded.project;
  }
  const catalog = loadCatalog();
  const images = [catalog.helpers.wait, ...Object.values(projects).flatMap((project) => project.services.map((service) => service.image))];
  const platforms = Object.fromEntries(images.map((image) => [image, { ...both, image, ...options.platforms?.[image] }]));
  return {
    spec,
    projects,
    platforms,
    world,
    catalog,
    clusterId: 'c0ffee',
    version: '0.1.0',
    registryInputs: { passwords: {}, certificates: {} },
    ...(options.only === undefined ? {} : { only: options.only }),
  };
}

/** The world after every operation of a plan was carried out, on paper: what handlers would have made so. */
export function worldAfter(world: World, plan: Plan, input: PlanInput): World {
  const hosts: Record<string, HostFacts> = {};
  for (const [name, facts] of Object.entries(world.hosts)) {
    if ('unreachable' in facts) continue;
    hosts[name] = plan.operations.filter((operation) => operation.target.machine === name).reduce(hostAfter, facts);
  }
  const objects = plan.operations.flatMap((operation) => objectsOf(operation).map(alive));
  const known = world.cluster.state === 'present' ? world.cluster : undefined;
  const kept = (known?.objects ?? []).filter((old) => !objects.some((made) => keyOf(made) === keyOf(old)) && !isDeleted(old, plan));
  const all = [...kept, ...objects];
  const claims = all.filter((object) => object.kind === 'PersistentVolumeClaim');
  const inventory = parse(
    String(all.find((object) => object.metadata.name === 'farthing-inventory')?.data?.['inventory.json'] ?? 'null'),
  ) as Inventory | null;
  const gone = plan.operations.filter((operation) => operation.kind === 'node.delete').map((operation) => operation.target.machine);
  return worldOf(hosts, {
    state: 'present',
    id: input.clusterId,
    nodes: Object.entries(hosts)
      .filter(([name, facts]) => facts.k3s && !gone.includes(name))
      .map(([name, facts]) => ({
        name,
        ready: true,
        arch: facts.arch ?? '',
        address: facts.address,
        uid: name,
        role: facts.k3s?.role ?? 'agent',
        version: 'v1.36.4+k3s1',
        memory: facts.memory,
        cpus: facts.cpus,
        unschedulable: false,
        labels: {},
      })),
    inventory: inventory ?? undefined,
    objects: all,
    pods: known?.pods ?? [],
    volumes: claims.map((claim) => volumeOn('big', claim)),
    claims,
    addons: [
      { name: 'coredns', problem: undefined },
      { name: 'local-storage', problem: undefined },
    ],
    lease: undefined,
  });
}

/** A local volume on a machine, bound to a claim. */
export function volumeOn(machine: string, claim: LiveObject): LiveObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${claim.metadata.namespace}-${claim.metadata.name}` },
    spec: {
      claimRef: { namespace: claim.metadata.namespace, name: claim.metadata.name },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [machine] }] }] },
      },
    },
  };
}

const keyOf = (object: LiveObject) => `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;

function isDeleted(object: LiveObject, plan: Plan): boolean {
  const refs = plan.operations.flatMap((operation) =>
    operation.kind === 'kube.delete' ? (operation.data as { objects: LiveObject['metadata'][] & { kind: string }[] }).objects : [],
  );
  return (refs as unknown as { kind: string; namespace?: string; name: string }[]).some(
    (ref) => ref.kind === object.kind && ref.name === object.metadata.name && ref.namespace === object.metadata.namespace,
  );
}

function objectsOf(operation: Operation): readonly Manifest[] {
  if (operation.kind === 'kube.objects') return (operation.data as { objects: Manifest[] }).objects;
  if (operation.kind === 'inventory.write') {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'farthing-system', labels: { 'app.kubernetes.io/managed-by': 'farthing' } },
    };
    return [namespace, (operation.data as { object: Manifest }).object];
  }
  return [];
}

/** An object as the API shows it: a Secret's values in base64, a Deployment's pods available. */
function alive(object: Manifest): LiveObject {
  const plain = object.kind === 'Secret' ? secretAlive(object) : (mapSealed(object, (leaf) => leaf.reveal()) as LiveObject);
  const replicas = (plain.spec as { replicas?: number } | undefined)?.replicas;
  return object.kind === 'Deployment' ? { ...plain, status: { availableReplicas: replicas } } : plain;
}

function secretAlive(object: Manifest): LiveObject {
  const encoded = Object.entries((object.stringData ?? {}) as Record<string, Sealed | string>).map(([key, value]) => [
    key,
    new Sealed(Buffer.from(value instanceof Sealed ? value.reveal() : value).toString('base64')),
  ]);
  const { stringData: _, ...rest } = object as Manifest & { stringData?: unknown };
  return { ...rest, data: { ...((object.data as object | undefined) ?? {}), ...Object.fromEntries(encoded) } } as LiveObject;
}

function hostAfter(facts: HostFacts, operation: Operation): HostFacts {
  switch (operation.kind) {
    case 'host.owner':
      return { ...facts, owner: { ...(operation.data as object), before: {} } as HostFacts['owner'] };
    case 'host.firewall': {
      const changes = operation.touches.map((touch) => [touch[0], touch.slice(2)] as const);
      const gone = new Set(changes.filter(([sign]) => sign === '-').map(([, rule]) => rule));
      const added = changes.filter(([sign]) => sign === '+').map(([, rule]) => rule);
      const ours = [...(facts.firewallUnitRules ?? '').split('\n'), ...added].filter((rule) => rule !== '' && !gone.has(rule));
      return { ...facts, ...rulesOf(ours), firewallUnitRules: ours.map((rule) => `${rule}\n`).join('') };
    }
    case 'k3s.stage': {
      const { release } = operation.data as StageData;
      return {
        ...facts,
        k3s: {
          ...noK3s,
          ...facts.k3s,
          version: release.version,
          binarySha256: release.binary.sha256,
          installScriptSha256: release.installScript.sha256,
        },
      };
    }
    case 'k3s.server':
    case 'k3s.agent':
    case 'k3s.config':
    case 'k3s.unit': {
      const { role, files } = operation.data as NodeData;
      const registries = files.registries === undefined ? undefined : sha256(files.registries.reveal());
      const unit = digest('e');
      return {
        ...facts,
        k3s: {
          ...noK3s,
          ...facts.k3s,
          role,
          config: files.config,
          registriesSha256: registries,
          unitSha256: unit,
          unitRecordedSha256: unit,
          unitState: 'active',
          enabled: true,
          ours: true,
        },
      };
    }
    case 'k3s.leave':
      return { ...facts, k3s: undefined };
    case 'host.release':
      return { ...facts, owner: undefined, ...rulesOf([]), firewallUnitRules: '' };
    default:
      return facts;
  }
}

/** What iptables-save shows with these rules of ours (`table chain spec`) above the vendor's REJECT. */
function rulesOf(ours: readonly string[]): Pick<HostFacts, 'filterRules' | 'mangleRules'> {
  const lines = (table: string, chain: string) =>
    ours
      .filter((rule) => rule.startsWith(`${table} ${chain} `))
      .map((rule) => `-A ${rule.slice(table.length + 1)}\n`)
      .join('');
  const filter = ['INPUT', 'FORWARD'].reduce(
    (text, chain) => text.replace(`-A ${chain} -j REJECT`, `${lines('filter', chain)}-A ${chain} -j REJECT`),
    oracleFilter,
  );
  return { filterRules: filter, mangleRules: `*mangle\n:FORWARD ACCEPT [0:0]\n${lines('mangle', 'FORWARD')}COMMIT\n` };
}

const noK3s: NonNullable<HostFacts['k3s']> = {
  role: undefined,
  binarySha256: undefined,
  version: undefined,
  installScriptSha256: undefined,
  unitSha256: undefined,
  unitState: 'inactive',
  enabled: false,
  config: undefined,
  registriesSha256: undefined,
  stale: false,
  kubeconfig: undefined,
};
