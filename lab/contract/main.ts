import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { wipe } from './actions.ts';
import { type Bench, type Subject, staging } from './bench.ts';
import { playScenes } from './engine.ts';
import { gatherFacts, objections } from './facts.ts';
import { closeFirewall, openFirewalls } from './firewall.ts';
import { isStandIn, knownDifferences } from './known-differences.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { stage } from './release.ts';
import { openHost } from './remote.ts';
import { count, renderJson, renderTable } from './report.ts';
import { chosenScenes } from './scenes.ts';
import { imageCaPath, imageMirrors } from './settings.ts';

let stopped = false;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function subject(target: string, options: Options, folder: string): Promise<Subject> {
  const args = options.sshOptions.flatMap((option) => ['-o', option]);
  const host = openHost(target, args, join(folder, '%C'));
  return { host, facts: await gatherFacts(host) };
}

/** Says what will happen and asks; no terminal and no --yes is a no. */
async function agreed(options: Options, subjects: readonly Subject[]): Promise<boolean> {
  say(
    `On ${subjects.map(({ host, facts }) => `${host.target} (${facts.hostname}, ${facts.arch}, cgroup v${facts.cgroup})`).join(' and ')}:`,
  );
  say(`  install K3s ${options.version} from ${options.binary ?? options.mirror} several times, make it fail, and remove it`);
  say('  insert firewall rules marked contract-suite, removed at the end');
  say('  delete /etc/rancher and /var/lib/rancher/k3s');
  if (options.yes) return true;
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Go on? [y/N] ');
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function prepare(bench: Bench, subjects: readonly Subject[]): Promise<void> {
  for (const { host, facts } of subjects) {
    say(`staging ${bench.options.version} on ${host.target}`);
    await stage(host, bench.options, facts.arch);
    if (bench.options.imageCa !== undefined) await host.write(imageCaPath, await readFile(bench.options.imageCa, 'utf8'), '644');
    if (facts.existing.length > 0) await wipe(host);
  }
  await openFirewalls(bench);
}

async function tidy(subjects: readonly Subject[]): Promise<void> {
  for (const each of subjects) {
    await wipe(each.host);
    await closeFirewall(each);
    await each.host.run('rm -rf "$1"; rmdir /etc/rancher /var/lib/rancher 2>/dev/null', { args: [staging] });
  }
}

async function play(options: Options, folder: string): Promise<number> {
  const scenes = chosenScenes(options.only);
  const server = await subject(options.host, options, folder);
  const agent = options.agent === undefined ? undefined : await subject(options.agent, options, folder);
  const subjects = [server, ...(agent === undefined ? [] : [agent])];
  try {
    const reasons = subjects.flatMap(({ host, facts }) => objections(facts, options.destroyExisting).map((why) => `${host.target} ${why}`));
    if (reasons.length > 0) throw new Error(reasons.join('\n'));
    if (!(await agreed(options, subjects))) throw new Error('not agreed to: nothing was changed (--yes agrees)');
    const bench: Bench = {
      options,
      server,
      ...(agent === undefined ? {} : { agent }),
      standIn: isStandIn(options.version),
      mirrors: imageMirrors(options.imageRegistry, options.imageCa !== undefined),
      memory: new Map(),
    };
    try {
      await prepare(bench, subjects);
      const results = await playScenes(scenes, bench, {
        differences: bench.standIn ? knownDifferences : {},
        tell: options.verbose || !options.json ? say : () => undefined,
        now: Date.now,
        stopped: () => stopped,
      });
      const about = {
        version: options.version,
        standIn: bench.standIn,
        hosts: subjects.map(({ host, facts }) => ({ target: host.target, ...facts })),
      };
      process.stdout.write(options.json ? renderJson(about, results) : `\n${renderTable(results)}`);
      if (stopped) return 130;
      return count(results).fail === 0 ? 0 : 1;
    } finally {
      await tidy(subjects);
    }
  } finally {
    await Promise.all(subjects.map(({ host }) => host.close()));
  }
}

async function main(): Promise<number> {
  let options: Options | 'help';
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  process.once('SIGINT', () => {
    stopped = true;
    say('stopping: the hosts are tidied first (Ctrl-C again leaves at once)');
  });
  const folder = await mkdtemp(join(tmpdir(), 'k3sc-')); // short: a control socket's path is limited to about 100 bytes
  try {
    return await play(options, folder);
  } catch (error) {
    say(`lab:contract: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
