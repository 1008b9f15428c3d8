import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Catalog, loadCatalog } from '../../catalog/index.ts';
import { FarthingError } from '../../common/index.ts';
import { fetchPins } from '../../k3s/index.ts';
import { initSpec, parseSpec } from '../../spec/index.ts';
import { knownHostKeys } from '../../ssh/index.ts';
import type { CommandContext, CommandRun, Invocation } from '../command.ts';
import { realFiles } from '../real-files.ts';
import { DiagnosticsError } from '../report.ts';

interface Answers {
  readonly name: string;
  readonly machines: readonly { readonly name: string; readonly ssh: string }[];
  readonly apps: readonly { readonly name: string; readonly compose: string }[];
}

/** `farthing init`: a commented farthing.yaml with today's pins, from flags or a few questions. */
export const run: CommandRun = async (invocation, context) => {
  const path = resolve(context.env.cwd, invocation.file);
  if (existsSync(path) && invocation.options.force !== true) {
    throw new FarthingError('FAR-CLI-001', `${invocation.file} exists already`, {
      hint: 'Edit it, name another with -f, or give --force to write it anew.',
    });
  }
  const flags = fromFlags(invocation);
  const answers = flags ?? (await ask(context));
  const machines = await Promise.all(
    answers.machines.map(async (machine, i) => ({
      ...machine,
      role: i === 0 ? ('server' as const) : ('agent' as const),
      hostKeys: await knownHostKeys(context.processes, machine.ssh),
    })),
  );
  const text = initSpec({ name: answers.name, machines, apps: answers.apps, catalog: await pinned(context) });
  const { diagnostics } = parseSpec(text, { file: invocation.file, dir: dirname(path), files: realFiles, env: context.env });
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    throw new DiagnosticsError(diagnostics, new Map([[invocation.file, text]]));
  writeFileSync(path, text, {
    flag: invocation.options.force === true ? 'w' : 'wx',
  });
  const unpinned = machines.filter((machine) => machine.hostKeys.length === 0).map((machine) => machine.name);
  if (unpinned.length > 0)
    context.terminal.note(`Your known_hosts has no key of ${unpinned.join(', ')}: you will be shown theirs and asked once.\n`);
  if (invocation.json)
    context.terminal.out(
      `${JSON.stringify({ file: path, machines: machines.map((machine) => machine.name), apps: answers.apps.map((app) => app.name) })}\n`,
    );
  else context.terminal.note(`Wrote ${invocation.file}. Next: farthing plan\n`);
  return 0;
};

/** The catalogue with the digests of the default K3s: its own, or as K3s publishes them today. */
async function pinned(context: CommandContext): Promise<Catalog> {
  const catalog = loadCatalog();
  const version = catalog.k3sDefault;
  const known = catalog.k3s.find((release) => release.version === version);
  if (known?.sha256.amd64 && known.sha256.arm64 && known.sha256.installScript) return catalog;
  try {
    const sha256 = await fetchPins(version);
    context.terminal.note(`Pinned K3s ${version} by the digests on its release page.\n`);
    return {
      ...catalog,
      k3s: [{ version, sha256, asOf: new Date(context.clock.now()).toISOString().slice(0, 10), source: 'the release page' }],
    };
  } catch (thrown) {
    context.terminal.note(
      `The digests of K3s ${version} could not be read (${(thrown as Error).message}): the file says how to pin them.\n`,
    );
    return catalog;
  }
}

function fromFlags(invocation: Invocation): Answers | undefined {
  const { name, machine, app } = invocation.options as { name?: string; machine: string[]; app: string[] };
  if (name === undefined && machine.length === 0 && app.length === 0) return undefined;
  if (machine.length === 0)
    throw new FarthingError('FAR-CLI-001', 'no machine is named', { hint: 'Give --machine NAME=USER@HOST; the first is the server.' });
  return {
    name: name ?? 'home',
    machines: machine.map((text) => split(text, '--machine NAME=USER@HOST')).map(([key, ssh]) => ({ name: key, ssh })),
    apps: app.map((text) => split(text, '--app NAME=COMPOSE_FILE')).map(([key, compose]) => ({ name: key, compose })),
  };
}

function split(text: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new FarthingError('FAR-CLI-001', `not of the form ${form.split(' ')[1]}: ${text}`, { hint: `Write ${form}.` });
  return [text.slice(0, at), text.slice(at + 1)];
}

async function ask(context: CommandContext): Promise<Answers> {
  if (!context.terminal.interactive)
    throw new FarthingError('FAR-CLI-002', 'init has questions and there is no terminal', {
      hint: 'Give --name, --machine NAME=USER@HOST and --app NAME=COMPOSE_FILE.',
    });
  const { note } = context.terminal;
  const name = (await context.terminal.ask('Name of the cluster [home]: ')) || 'home';
  note('Machines, as you would give them to ssh. The first runs the control plane: 2 CPUs and 2 GB at least. An empty line ends.\n');
  const machines: { name: string; ssh: string }[] = [];
  for (;;) {
    const ssh = await context.terminal.ask(`Machine ${machines.length + 1} (user@host): `);
    if (ssh === '') {
      if (machines.length > 0) break;
      note('One machine at least.\n');
      continue;
    }
    const proposal = machines.length === 0 ? 'big' : `node-${machines.length + 1}`;
    machines.push({ ssh, name: (await context.terminal.ask(`  its name in the cluster [${proposal}]: `)) || proposal });
  }
  const found = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'].find((file) =>
    existsSync(resolve(context.env.cwd, file)),
  );
  const compose = await context.terminal.ask(`Compose file to run${found ? ` [./${found}]` : ' (empty for none yet)'}: `);
  const file = compose || (found ? `./${found}` : '');
  const apps = file === '' ? [] : [{ compose: file, name: (await context.terminal.ask('  name of the app [app]: ')) || 'app' }];
  return { name, machines, apps };
}
