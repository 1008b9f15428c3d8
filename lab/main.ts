import { resolve } from 'node:path';
import { Command } from 'commander';
import { ensureBuilds } from './builds.ts';
import { labPaths } from './config.ts';
import { labDown } from './down.ts';
import { faultCommand } from './faults/command.ts';
import { layouts } from './layouts.ts';
import { stderrProgress } from './progress.ts';
import { publishFolder } from './publish.ts';
import { inLab, readLab } from './state.ts';
import { labUp } from './up.ts';

const program = new Command('lab').description('A data centre in one Linux machine, for demos and tests.');
const progress = stderrProgress();

program
  .command('up')
  .description(`boot the hosts of a layout (${Object.keys(layouts).join(', ')}) and start the services`)
  .argument('[layout]', 'which machines', 'free-tier')
  .option('--no-k3s', 'do without the K3s stand-in, whose first build takes minutes')
  .action(async (layout: string, options: { k3s: boolean }) => {
    const lab = await labUp({ layout, k3s: options.k3s, progress });
    const hosts = lab.hosts.map((host) => `${host.name} ${host.user}@${host.address}`).join(', ');
    progress.say(`lab "${lab.instance}" is up: ${hosts}. Next: npm run lab -- ssh ${lab.hosts[0]?.name}`);
  });

program
  .command('down')
  .description('stop the lab and remove all it made; the cache of slow builds stays')
  .action(async () => {
    const { instance } = labPaths();
    progress.say((await labDown(progress)) ? `lab "${instance}" is gone` : `there is no lab "${instance}"`);
  });

program
  .command('build')
  .description('build all that a lab is made from and is not in the cache yet')
  .action(async () => {
    const builds = await ensureBuilds(true, progress);
    progress.say(`ready: ${Object.values(builds).join(' ')}`);
  });

program
  .command('status')
  .description('what runs')
  .option('--json', 'the content of lab.json')
  .action(async (options: { json?: boolean }) => {
    const lab = await readLab();
    if (options.json) {
      console.log(JSON.stringify(lab, null, 2));
      return;
    }
    for (const host of lab.hosts) {
      const size = `${host.cpus} CPU, ${host.memoryMiB} MiB`;
      console.log(`${host.name.padEnd(10)} ${host.status.padEnd(8)} ${host.user}@${host.address}  ${size}`);
    }
    for (const service of lab.services) {
      console.log(`${service.name.padEnd(10)} ${service.url}`);
    }
  });

program
  .command('exec')
  .description("run a command in the lab's network: npm run lab -- exec -- ssh ubuntu@10.77.0.11")
  .option('--strangers', "hide the hosts' keys from ssh, as on a first visit")
  .argument('<command...>')
  .action((command: readonly string[], options: { strangers?: boolean }) =>
    follow(inLab(command, { strangers: options.strangers ?? false })),
  );

program
  .command('ssh')
  .description('log in to a host by its name, or run a command there')
  .argument('<host>')
  .argument('[command...]')
  .action(async (name: string, command: readonly string[]) => {
    const host = (await readLab()).hosts.find((each) => each.name === name);
    if (!host) {
      throw new Error(`no host "${name}"; see: npm run lab -- status`);
    }
    await follow(inLab(['ssh', '-q', `${host.user}@${host.address}`, ...command]));
  });

program
  .command('publish')
  .description('give the running lab a release of K3s (release.json) or packed images (images.json)')
  .argument('<folder>')
  .action(async (folder: string) => {
    await readLab();
    progress.say(`published ${(await publishFolder(resolve(folder))).join(' ')}`);
  });

program.addCommand(faultCommand(progress));

/** Ends as the program that ran inside the lab did. */
async function follow(child: ReturnType<typeof inLab>): Promise<void> {
  // The terminal sends Ctrl-C to the whole group: the program decides what it means.
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((done, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => done(code ?? 130));
  });
}

program.enablePositionalOptions().passThroughOptions();
for (const command of program.commands.filter((each) => ['exec', 'ssh'].includes(each.name()))) {
  command.passThroughOptions();
}

// Whoever reads the output may stop reading (`| head`).
process.stdout.on('error', () => process.exit());

try {
  await program.parseAsync();
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  console.error(`lab: ${error instanceof Error ? error.message : error}${cause}`);
  process.exitCode = 1;
}
