import type { CommandSpec } from './command.ts';

const offline = { flags: '--offline', description: 'look at nothing but the file and the catalogue' };
const takeOver = { flags: '--take-over', description: 'go on although somebody else seems to be at work on the cluster' };

/** Every command of farthing, in the order help lists them. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'write a commented farthing.yaml, asking a few questions or from flags',
    examples: ['farthing init', 'farthing init --name home --machine big=ubuntu@203.0.113.7 --app shop=./shop/compose.yaml'],
    options: [
      { flags: '--name <name>', description: "the cluster's name" },
      { flags: '--machine <name=user@host>', description: 'a machine; the first is the server', many: true },
      { flags: '--app <name=compose.yaml>', description: 'a Compose file to run', many: true },
      { flags: '--force', description: 'overwrite an existing file' },
    ],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'plan',
    args: '[app]',
    summary: 'show what `up` would do, where each workload goes and why, and what it costs',
    examples: ['farthing plan', 'farthing plan --offline -f examples/home/farthing.yaml', 'farthing plan --json | jq .cost'],
    options: [offline],
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'up',
    args: '[app]',
    summary: 'make the machines and the cluster be as the file says',
    examples: ['farthing up', 'farthing up shop', 'farthing up --yes --json'],
    options: [takeOver],
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'status',
    summary: 'what runs where, and what is not well',
    examples: ['farthing status', 'farthing status --json'],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'forward',
    args: '<app> <service> [ports]',
    summary: 'reach a service from this computer: LOCAL:REMOTE, default the first port of the service',
    examples: ['farthing forward shop web', 'farthing forward shop db 3307:3306'],
    load: () => import('./commands/forward.ts'),
  },
  {
    name: 'logs',
    args: '<app> [service]',
    summary: 'print the logs of an app or of one of its services',
    examples: ['farthing logs shop', 'farthing logs shop db --tail 50', 'farthing logs shop web --follow'],
    options: [
      { flags: '--tail <lines>', description: 'only the last lines', number: true },
      { flags: '--follow', description: 'go on printing as lines come' },
    ],
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'exec',
    args: '<app> <service> [command...]',
    summary: 'run a command in a container of a service',
    examples: ['farthing exec shop db -- mariadb --version', 'farthing exec shop web -- sh'],
    passThrough: true,
    load: () => import('./commands/exec.ts'),
  },
  {
    name: 'restart',
    args: '<app> [service]',
    summary: 'restart the pods of an app or of one service, and wait until they are well',
    examples: ['farthing restart shop', 'farthing restart shop web'],
    load: () => import('./commands/restart.ts'),
  },
  {
    name: 'ssh',
    args: '<machine> [command...]',
    summary: 'open a shell on a machine, or run one command there',
    examples: ['farthing ssh big', 'farthing ssh micro-1 -- uptime'],
    passThrough: true,
    load: () => import('./commands/ssh.ts'),
  },
  {
    name: 'kubeconfig',
    summary:
      'merge the cluster into your kubeconfig as a context of its own; the API is reached through an ssh forward that this command holds open',
    examples: ['farthing kubeconfig', 'farthing kubeconfig --output ./home.kubeconfig', 'farthing kubeconfig --remove'],
    options: [
      { flags: '--output <file>', description: 'write there instead of ~/.kube/config ($KUBECONFIG)' },
      { flags: '--port <port>', description: 'local port of the forward; default 16443', number: true },
      { flags: '--no-forward', description: 'write the file and end; open the forward yourself' },
      { flags: '--remove', description: "take the cluster's entries out again" },
    ],
    load: () => import('./commands/kubeconfig.ts'),
  },
  {
    name: 'render',
    args: '[app]',
    summary: 'write out the Kubernetes objects as YAML',
    examples: ['farthing render', 'farthing render shop --offline > shop.yaml', 'farthing render shop --secrets'],
    options: [offline, { flags: '--secrets', description: 'with the values of Secrets in plain text' }],
    load: () => import('./commands/render.ts'),
  },
  {
    name: 'backup',
    args: '[app]',
    summary: 'back up the volumes and databases of an app, or of all, into the repository the file names',
    examples: ['farthing backup', 'farthing backup shop', 'farthing backup --json | jq .backups'],
    options: [takeOver],
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    args: '<app>',
    summary: 'bring the volumes and databases of an app back over what is there, and compare them with the manifest of the backup',
    examples: ['farthing restore shop', 'farthing restore shop --at 2026-11-23T12:00:00Z', 'farthing restore shop --at 20261124T033000Z'],
    options: [
      { flags: '--at <backup>', description: 'id of a backup, or a time: the newest that is not later; default the newest' },
      takeOver,
    ],
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'prune',
    args: '[volumes...]',
    summary: 'delete volumes that nothing in the file uses any more, by name',
    examples: ['farthing prune', 'farthing prune shop/db-data --yes'],
    load: () => import('./commands/prune.ts'),
  },
  {
    name: 'down',
    summary: 'take the cluster down and leave the hosts as they were',
    examples: ['farthing down', 'farthing down --confirm home'],
    options: [{ flags: '--confirm <name>', description: "the cluster's name, instead of typing it" }, takeOver],
    load: () => import('./commands/down.ts'),
  },
];
