import { serviceKeys } from '../src/compose/service-keys.ts';

/** What becomes of the keys that are read; those that are noted or refused say it themselves. */
const becomes: Readonly<Record<string, string>> = {
  build: 'ignored, with a note, where there is also `image`; alone it is refused: farthing does not build images',
  cap_add: 'capabilities of the container',
  group_add: 'additional groups, as numbers',
  security_opt: '`no-new-privileges` is kept; all others are refused',
  cap_drop: 'capabilities of the container',
  command: "the container's arguments; a text is split into words as Compose does",
  configs: 'files of a ConfigMap, read-only; `file`, `environment` and `content` at the top level, not `external`',
  container_name: 'noted: pods have names of their own, others reach it by the service name',
  cpus: 'CPU limit',
  depends_on:
    'with `service_healthy` the pod waits until the other service is ready; otherwise services start together and retry; waiting for one to complete is refused',
  deploy:
    '`replicas` and `resources` (limits and reservations of CPU and memory); `placement`, `endpoint_mode` and modes other than `replicated` are refused, the rest is noted',
  entrypoint: "the container's command",
  env_file: 'read on your computer and merged as Compose does: `environment` wins, even when empty',
  environment: 'variables of the container; their values are kept in a Secret',
  expose: 'ports of the Service',
  extra_hosts: 'lines in `/etc/hosts` of the pod; `host-gateway` is refused',
  healthcheck:
    "a readiness probe, never one that restarts; a text runs in a shell, as on Docker. Docker's own times are used where none are given",
  hostname: "the pod's host name",
  image: 'the image, looked up in the registry first',
  init: 'noted: there is no init process',
  labels: 'noted: nothing on Kubernetes reads them',
  mem_limit: 'memory limit, and the request when nothing else says one',
  mem_reservation: 'memory request',
  network_mode: '`bridge` is accepted with a note, all others are refused',
  networks: 'noted: services of an app reach each other by name in any case; `internal`, `external`, aliases and addresses are refused',
  platform: 'the required architecture: `linux/amd64` or `linux/arm64`',
  ports: 'ports of the Service, by their number inside the container. Nothing is opened to the world by it: use `farthing forward`',
  privileged: 'a privileged container',
  profiles: 'services whose profile the app in farthing.yaml does not name are left away',
  pull_policy: '`always`, `never` and `missing`',
  read_only: 'a read-only root file system',
  restart: 'what ends is started again, whatever is written; `no` and `on-failure` are accepted with a note',
  scale: 'number of pods',
  secrets: 'files below `/run/secrets`, from a Secret; `file` and `environment` at the top level, not `external`',
  shm_size: 'a memory file system at `/dev/shm`',
  stdin_open: 'an open standard input',
  stop_grace_period: 'how long the pod has to end',
  tmpfs: 'a memory file system',
  tty: 'a terminal',
  user: 'user and group of the container, as numbers; names are refused, since only the image knows them',
  volumes:
    'a named volume becomes a claim on the machine the pod first runs on; a small file or read-only folder beside the Compose file is copied into the cluster; other paths of the host are refused',
  working_dir: 'the working folder',
};

/** The table of docs/compose-support.md: every key a Compose service may have, from the code that reads them. Throws when a text is missing or too many. */
export function composeSupport(): string {
  const read = Object.keys(serviceKeys).filter((key) => serviceKeys[key]?.kind === 'read');
  const wrong = [...read.filter((key) => !becomes[key]), ...Object.keys(becomes).filter((key) => !read.includes(key))];
  if (wrong.length > 0) throw new Error(`scripts/compose-support.ts and the compose room differ in: ${wrong.join(', ')}`);
  const rows = Object.entries(serviceKeys).flatMap(([key, fate]) => {
    const text = becomes[key];
    if (text) return `| \`${key}\` | ${text.startsWith('noted: ') ? 'noted' : 'mapped'} | ${text.replace('noted: ', '')} |`;
    if (fate.kind === 'noted') return `| \`${key}\` | noted | ${fate.text} |`;
    if (fate.kind === 'refused') return `| \`${key}\` | refused | ${fate.why}. ${fate.hint} |`;
    return [];
  });
  return `| key | | what becomes of it |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
