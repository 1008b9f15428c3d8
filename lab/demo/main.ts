import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { labPaths } from '../config.ts';
import { labDown } from '../down.ts';
import { stderrProgress } from '../progress.ts';
import { inLab } from '../state.ts';
import { labUp } from '../up.ts';
import { servedRelease, writeHome } from './home.ts';

const root = new URL('../..', import.meta.url).pathname;
const folder = '.demo';
const gib = 1024 ** 3;
const say = (text: string) => process.stderr.write(text);

const intro = `This boots three small machines on this computer and makes a K3s cluster of them with farthing.

It needs     Debian 12 or 13, root, Node 20.19 or newer, Go; about 10 GB of disk and 6 GB of memory
It installs  the Debian packages the lab lacks (debootstrap, systemd-container, buildah, gcc, …); they stay
It makes     /var/cache/farthing-lab (builds, kept), /var/lib/farthing-lab (the running lab), ${folder}/ (its farthing.yaml)
It takes     12 to 20 minutes the first time, which builds Kubernetes; about two minutes after that
It ends with npm run demo:down

`;

/** `npm run demo`: asks, boots the lab, runs farthing as a user would, and says what to try. */
async function up(yes: boolean): Promise<void> {
  await check();
  say(intro);
  if (!yes && !(await agreed())) {
    say('Nothing was changed.\n');
    process.exitCode = 1;
    return;
  }
  const progress = stderrProgress();
  const lab = await labUp({ layout: 'free-tier', k3s: true, progress });
  const file = await writeHome(join(root, 'examples/home'), join(root, folder), lab, await servedRelease());
  progress.say(`${folder}/farthing.yaml is examples/home with this lab's addresses, host keys, mirror and registry`);
  // A second run finds the cluster there and changes nothing, as `up` promises.
  await farthing('up', '--yes', '-f', file);
  await farthing('status', '-f', file);
  say(next);
}

const next = `
What to try next. \`npm run lab -- exec --\` runs a command where the machines are:

  npm run lab -- exec -- npx farthing plan -f ${folder}/farthing.yaml
  npm run lab -- exec -- npx farthing exec -f ${folder}/farthing.yaml shop db -- mariadb --version
  npm run lab -- exec -- npx farthing forward -f ${folder}/farthing.yaml shop web    (and in another terminal:
  npm run lab -- exec -- curl -s http://127.0.0.1:8080/)
  edit ${folder}/shop/.env or ${folder}/farthing.yaml, then plan and up again
  npm run demo:down
`;

/** Runs the program in the lab's network with this terminal; an exit code other than 0 ends the demo with it. */
async function farthing(...args: string[]): Promise<void> {
  say(`\n$ farthing ${args.join(' ').replaceAll(root, '')}\n`);
  const child = inLab([process.execPath, join(root, 'bin/farthing.js'), ...args], { cwd: root });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`farthing ${args[0]} ended with ${code}; the lab is still up. Look around, or: npm run demo:down`);
}

async function check(): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'the demo boots machines: it needs Linux and root. Try `npx farthing plan --offline -f examples/home/farthing.yaml` instead',
    );
  }
  if (!existsSync('/etc/debian_version')) throw new Error('the demo installs Debian packages: it needs Debian 12 or 13');
  const { bavail, bsize } = await statfs('/var');
  if (bavail * bsize < 6 * gib)
    throw new Error(`the demo needs about 10 GB of disk below /var; ${Math.floor((bavail * bsize) / gib)} GB are free`);
  if (freemem() < 2 * gib) say('Less than 2 GB of memory are free: the cluster may not come up.\n');
}

async function agreed(): Promise<boolean> {
  // Who runs the demo from a script has decided already.
  if (!process.stdin.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Go on? [y/N] ');
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** `npm run demo:down`: the lab and the demo's own folder go; builds and packages stay. */
async function down(): Promise<void> {
  const progress = stderrProgress();
  const { instance, cache } = labPaths();
  const was = await labDown(progress);
  await rm(join(root, folder), { recursive: true, force: true });
  progress.say(
    `${was ? `lab "${instance}" and` : `there was no lab "${instance}";`} ${folder}/ are gone; ${cache} stays for the next time`,
  );
}

const [verb, ...flags] = process.argv.slice(2);
try {
  if (verb === 'down') await down();
  else await up(flags.includes('--yes') || flags.includes('-y') || process.env.CI !== undefined);
} catch (thrown) {
  say(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
