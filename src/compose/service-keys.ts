/**
 * What becomes of each of the 93 keys a Compose service may have (compose-spec.json, and pre_start
 * of compose-go): read, accepted with a remark, or refused with the reason and the next step.
 */
export type KeyFate =
  | { readonly kind: 'read' }
  | { readonly kind: 'noted'; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string };

const read: KeyFate = { kind: 'read' };
const noted = (text: string): KeyFate => ({ kind: 'noted', text });
const refused = (why: string, hint: string): KeyFate => ({ kind: 'refused', why, hint });
const limits = refused(
  'it sets a limit of the container runtime that a pod has no field for',
  'Remove it; mem_limit and cpus are understood.',
);
const hostSpace = refused(
  'it shares a part of the host or of another container with this one',
  'Leave this service on a Docker host for now.',
);
const windows = refused('it exists on Windows only', 'Remove it.');
const device = refused('it hands out hardware of one machine, which is not built yet', 'Leave this service on a Docker host for now.');
const hooks = refused('commands around the life of a container are not built yet', 'Do this in the entrypoint of the image for now.');
const dns = refused('names are resolved by the cluster, for all services alike', 'Remove it; use extra_hosts for single names.');
const flat = refused(
  'it needs the file flattened',
  'Write `docker compose config > compose.flat.yaml` and name that file in farthing.yaml.',
);
const model = refused('Docker runs something of its own for it', 'Run that as a service of its own.');

/** By key; a key that is not here does not exist in Compose. */
export const serviceKeys: Readonly<Record<string, KeyFate>> = {
  annotations: refused('annotations are not carried over', 'Remove them; labels are kept in the file and ignored.'),
  attach: noted('only tells `docker compose up` whose output to show'),
  blkio_config: limits,
  build: read,
  cap_add: read,
  cap_drop: read,
  cgroup: hostSpace,
  cgroup_parent: hostSpace,
  command: read,
  configs: read,
  container_name: read,
  cpu_count: windows,
  cpu_percent: windows,
  cpu_period: limits,
  cpu_quota: limits,
  cpu_rt_period: limits,
  cpu_rt_runtime: limits,
  cpu_shares: limits,
  cpus: read,
  cpuset: limits,
  credential_spec: windows,
  depends_on: read,
  deploy: read,
  develop: noted('only concerns `docker compose watch`'),
  device_cgroup_rules: device,
  devices: device,
  dns,
  dns_opt: dns,
  dns_search: dns,
  domainname: refused('the domain of a pod is the cluster’s', 'Remove it; `hostname` is understood.'),
  entrypoint: read,
  env_file: read,
  environment: read,
  expose: read,
  extends: flat,
  external_links: refused('it names containers outside the project', 'Use `<service>.<app>` to reach a service of another app.'),
  extra_hosts: read,
  gpus: device,
  group_add: read,
  healthcheck: read,
  hostname: read,
  image: read,
  init: read,
  ipc: hostSpace,
  isolation: windows,
  label_file: refused('nothing on Kubernetes reads these labels', 'Remove it.'),
  labels: read,
  links: refused('services reach each other by name without it', 'Remove it, and use the service’s own name instead of an alias.'),
  logging: noted('the node keeps and rotates the logs; `farthing logs` shows them'),
  mac_address: refused('a pod’s address is the cluster’s choice', 'Remove it.'),
  mem_limit: read,
  mem_reservation: read,
  mem_swappiness: limits,
  memswap_limit: limits,
  models: model,
  network_mode: read,
  networks: read,
  oom_kill_disable: limits,
  oom_score_adj: limits,
  pid: hostSpace,
  pids_limit: limits,
  platform: read,
  ports: read,
  post_start: hooks,
  pre_start: hooks,
  pre_stop: hooks,
  privileged: read,
  profiles: read,
  provider: model,
  pull_policy: read,
  pull_refresh_after: refused('the node pulls an image when a pod starts', 'Remove it; use pull_policy.'),
  read_only: read,
  restart: read,
  runtime: refused('the nodes have one container runtime', 'Remove it.'),
  scale: read,
  secrets: read,
  security_opt: read,
  shm_size: read,
  stdin_open: read,
  stop_grace_period: read,
  stop_signal: refused('a pod has no field for the signal; the image’s STOPSIGNAL is used', 'Remove it, or set STOPSIGNAL in the image.'),
  storage_opt: limits,
  sysctls: refused('kernel settings of a pod are not built yet', 'Set them on the machine.'),
  tmpfs: read,
  tty: read,
  ulimits: limits,
  use_api_socket: refused('there is no Docker on the nodes', 'Use a service that needs no Docker socket.'),
  user: read,
  userns_mode: hostSpace,
  uts: hostSpace,
  volumes: read,
  volumes_from: refused('it mounts what another service mounts', 'List the volumes under both services.'),
  working_dir: read,
};
