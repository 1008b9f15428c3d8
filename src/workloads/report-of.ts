import type { Service } from '../compose/index.ts';
import type { AppInput } from './input.ts';
import { portsOf } from './ports-of.ts';
import { hostnameOf } from './render-deployment.ts';
import { renderProbe } from './render-probe.ts';
import type { ReportLine, WorkloadUnit } from './types.ts';
import { volumesOf } from './volumes-of.ts';
import { waitsOf } from './waits-of.ts';

/** What became of each key, where one sentence serves for all services. */
const texts: Readonly<Record<string, string>> = {
  image: 'the container’s image, pulled when it is missing',
  command: 'args of the container',
  entrypoint: 'command of the container',
  environment: 'a Secret, one reference for each variable',
  env_file: 'read now, into the same Secret; environment wins',
  expose: 'ports of the Service',
  volumes: 'claims, ConfigMaps and Secrets, mounted',
  secrets: 'Secrets, mounted read-only',
  configs: 'ConfigMaps, or Secrets where variables went in, mounted read-only',
  user: 'runAsUser and runAsGroup',
  working_dir: 'workingDir',
  cap_add: 'capabilities',
  cap_drop: 'capabilities',
  group_add: 'supplementalGroups',
  security_opt: 'allowPrivilegeEscalation: false',
  read_only: 'readOnlyRootFilesystem',
  privileged: 'privileged',
  tty: 'tty',
  stdin_open: 'stdin',
  stop_grace_period: 'terminationGracePeriodSeconds',
  tmpfs: 'emptyDir in memory; it counts as memory of the pod',
  shm_size: 'emptyDir in memory at /dev/shm; it counts as memory of the pod',
  extra_hosts: 'hostAliases',
  platform: 'required architecture',
  pull_policy: 'imagePullPolicy',
  profiles: 'chosen in farthing.yaml',
  networks: 'one flat network',
  restart: 'restarted whenever it ends',
  deploy: 'replicas, requests and limits',
  mem_limit: 'memory limit',
  mem_reservation: 'memory request',
  cpus: 'CPU limit',
  scale: 'replicas',
};
/** Read by compose, which has said all there is to say in a note. */
const onlyNoted = new Set(['container_name', 'init', 'labels', 'build', 'network_mode']);

/** The account of every key: those of the services in order, then the notes of the loader. */
export function reportOf(input: AppInput, units: readonly WorkloadUnit[]): readonly ReportLine[] {
  const { project } = input;
  const mapped = project.services.flatMap((service) =>
    service.keys
      .filter(({ key }) => !onlyNoted.has(key))
      .map(({ key, at }): ReportLine => ({ state: 'mapped', key: `${service.name}.${key}`, text: textOf(service, key, input), at })),
  );
  const noted = project.notes.map(
    ({ service, key, text, at }): ReportLine => ({ state: 'noted', key: service === undefined ? key : `${service}.${key}`, text, at }),
  );
  return [...mapped, ...noted, ...project.services.flatMap((service) => remarks(service, input, units))];
}

function textOf(service: Service, key: string, input: AppInput): string {
  const ports = portsOf(service, input.platforms[service.image]);
  if (key === 'ports')
    return `Service ${service.name} on ${ports.map((p) => `${p.port}/${p.protocol}`).join(', ')}, inside the cluster; nothing is opened to the world`;
  if (key === 'healthcheck')
    return renderProbe(service, input.platforms[service.image])
      ? 'readiness probe; an unhealthy container is not restarted, as on Docker'
      : 'no probe';
  if (key === 'depends_on') {
    const waits = waitsOf(service, input);
    return waits.length > 0
      ? `the pod waits for ${waits.map((w) => (w.port === undefined ? w.service : `${w.service}:${w.port}`)).join(', ')}`
      : 'nothing waits: services find each other by retrying';
  }
  if (key === 'hostname') return hostnameOf(service) === undefined ? 'it is no host name, so the pod keeps its own' : 'hostname of the pod';
  return texts[key] ?? 'mapped';
}

/** What follows from no single key. */
function remarks(service: Service, input: AppInput, units: readonly WorkloadUnit[]): readonly ReportLine[] {
  const platforms = input.platforms[service.image];
  const unit = units.find((u) => u.services.some((s) => s.name === service.name));
  const sized = unit?.services.find((s) => s.name === service.name);
  const note = (key: string, text: string): ReportLine => ({ state: 'noted', key: `${service.name}.${key}`, text, at: service.at });
  const raised = service.memoryLimit !== undefined && sized?.request.memoryLimit !== service.memoryLimit;
  const unhealthy = service.dependsOn.filter((dependency) => {
    const target = input.project.services.find((other) => other.name === dependency.service);
    return dependency.condition === 'service_healthy' && target && !renderProbe(target, input.platforms[target.image]);
  });
  return [
    ...(portsOf(service, platforms).length === 0
      ? [
          note(
            'ports',
            platforms?.exposed === undefined
              ? 'no port is known (the image’s EXPOSE could not be read); its name is found all the same'
              : 'it has no port; its name is found all the same',
          ),
        ]
      : []),
    ...(volumesOf(service).length > 0
      ? [note('volumes', 'volumes start empty; unlike Docker, nothing is copied from the image. Sizes are not enforced by local-path')]
      : []),
    ...(unit && unit.services.length > 1
      ? [
          note(
            'volumes',
            `shares a volume, so it runs on one machine with ${unit.services
              .map((s) => s.name)
              .filter((name) => name !== service.name)
              .join(', ')}`,
          ),
        ]
      : []),
    ...((sized?.replicas ?? 1) > 1 && volumesOf(service).length > 0
      ? [note('replicas', 'all copies use the same volume on one machine')]
      : []),
    ...(raised ? [note('mem_limit', 'raised to the memory farthing.yaml asks for')] : []),
    ...(service.healthcheck === undefined && platforms?.healthcheck
      ? [note('healthcheck', 'the image’s own HEALTHCHECK becomes the readiness probe')]
      : []),
    ...unhealthy.map((d) => note('depends_on', `${d.service} has no healthcheck, so it counts as healthy once it runs`)),
  ];
}
