/** A key that has its place in the file but no work behind it yet. */
export interface NotBuilt {
  /** Where it stands; `*` is any name. */
  readonly path: readonly string[];
  /** What it is for. */
  readonly what: string;
  /** What to do until then. */
  readonly instead: string;
}

/** Keys that are refused by name rather than as unknown, so that nobody looks for a spelling mistake. */
export const notBuilt: readonly NotBuilt[] = [
  { path: ['oracle'], what: 'machines made in Oracle Cloud', instead: 'make the VM in its console and name it with `ssh:`' },
  { path: ['hetzner'], what: 'machines made at Hetzner', instead: 'make the server in its console and name it with `ssh:`' },
  {
    path: ['machines', '*', 'oracle'],
    what: 'a machine made in Oracle Cloud',
    instead: 'make the VM in its console and write `ssh: ubuntu@ADDRESS`',
  },
  {
    path: ['machines', '*', 'hetzner'],
    what: 'a machine made at Hetzner',
    instead: 'make the server in its console and write `ssh: root@ADDRESS`',
  },
  { path: ['machines', '*', 'network'], what: 'machines in different networks', instead: 'use machines that reach each other directly' },
  { path: ['reach'], what: 'a way in from the internet', instead: 'use `farthing forward` to reach an app from your laptop' },
  { path: ['backup', 'at'], what: 'a schedule of backups', instead: 'run `farthing backup` from a timer of yours' },
  { path: ['backup', 'keep'], what: 'removing old backups', instead: 'remove them yourself with `restic forget`; all are kept' },
  { path: ['backup', 'drill'], what: 'trying restores by itself', instead: 'run `farthing restore` now and then' },
  { path: ['storage'], what: 'a choice of storage', instead: 'volumes are on the disk of the machine they were made on' },
  { path: ['gate'], what: 'placing pods that farthing did not render', instead: 'give those pods a node affinity yourself' },
  { path: ['dashboard'], what: 'the dashboard', instead: 'use `farthing status`' },
  { path: ['network', 'backend'], what: 'a choice of network between the nodes', instead: 'remove it: VXLAN is used' },
  { path: ['network', 'mtu'], what: 'a choice of packet size', instead: "remove it: it follows from the machines' network" },
  { path: ['apps', '*', 'routes'], what: 'a public name for a service', instead: 'use `farthing forward` to reach it from your laptop' },
  {
    path: ['apps', '*', 'backup'],
    what: 'settings of the backup of one app',
    instead: 'remove it: `farthing backup APP` takes all of its volumes',
  },
  {
    path: ['apps', '*', 'volumes', '*', 'machine'],
    what: 'a volume in a folder of a machine',
    instead: 'use a named volume of the Compose file',
  },
  {
    path: ['apps', '*', 'volumes', '*', 'path'],
    what: 'a volume in a folder of a machine',
    instead: 'use a named volume of the Compose file',
  },
  {
    path: ['apps', '*', 'volumes', '*', 'storage'],
    what: 'a choice of storage',
    instead: 'the volume is on the disk of the machine it was made on',
  },
];

/** The entry for a path, when it is a key that is known but not built. */
export function notBuiltAt(path: readonly (string | number)[]): NotBuilt | undefined {
  return notBuilt.find((entry) => entry.path.length === path.length && entry.path.every((part, i) => part === '*' || part === path[i]));
}
