import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exists } from '../cache.ts';
import { run } from '../run.ts';

/** Debian packages to unpack into a folder. */
export interface UnpackInput {
  readonly arch: 'amd64' | 'arm64';
  /** The hosts' root file system: its sources and keys say where packages come from. */
  readonly base: string;
  /** Taken with all they depend on. */
  readonly closure: readonly string[];
  /** Taken alone. */
  readonly only?: readonly string[];
  /** Left out wherever they come from, by name or by the start of a name ending in `*`. */
  readonly skip?: readonly string[];
  readonly folder: string;
  /** Folder for apt's lists and downloads; given again, they are not fetched again. */
  readonly apt: string;
}

/** Never needed where nothing is installed any more. */
const maintenance = ['perl*', 'libperl*', 'usrmerge', 'dpkg', 'debconf', 'init-system-helpers', 'debianutils', 'lib*-perl'];

/**
 * Downloads packages and unpacks them, running none of their scripts: any architecture will do, and it takes
 * seconds. What scripts would have made (users, alternatives, caches) is the caller's to add.
 */
export async function unpackPackages(input: UnpackInput): Promise<void> {
  const { folder, base, arch } = input;
  const apt = await privateApt(join(input.apt, arch), base, arch);
  // One folder per call: what lies in it is what this call asked for.
  const archives = await mkdtemp(join(input.apt, 'archives-'));
  await mkdir(join(archives, 'partial'));
  const here = ['-o', `Dir::Cache::archives=${archives}`];
  await run([...apt, ...here, 'install', '--yes', '--download-only', ...input.closure]);
  if (input.only?.length) {
    await run([...apt, 'download', ...input.only], { cwd: archives });
  }
  await mergedUsr(folder, arch);
  const script = fileURLToPath(new URL('unpack.sh', import.meta.url));
  const skipped = [...maintenance, ...(input.skip ?? [])];
  for (const file of (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort()) {
    if (!isSkipped(file, skipped)) {
      await run(['sh', script, join(archives, file), folder]);
    }
  }
  await rm(archives, { recursive: true });
  for (const path of ['usr/share/doc', 'usr/share/man', 'usr/share/info', 'usr/share/locale', 'usr/share/lintian']) {
    await rm(join(folder, path), { recursive: true, force: true });
  }
}

/** Whether a package file's name is on a list of names and beginnings of names. */
export function isSkipped(file: string, skipped: readonly string[]): boolean {
  const name = file.split('_')[0] ?? '';
  return skipped.some((pattern) => {
    const [start = '', end = ''] = pattern.split('*');
    return pattern.includes('*') ? name.startsWith(start) && name.endsWith(end) : name === pattern;
  });
}

/** An apt that shares nothing with the machine's own: other architecture, nothing installed, own lists. */
async function privateApt(work: string, base: string, arch: string): Promise<readonly string[]> {
  const fresh = !(await exists(join(work, 'status')));
  for (const path of ['state/lists/partial', 'cache/archives/partial']) {
    await mkdir(join(work, path), { recursive: true });
  }
  const options = {
    'Dir::Etc': join(base, 'etc/apt'),
    'Dir::State': join(work, 'state'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
  };
  const apt = ['apt-get', '-q', ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  if (fresh) {
    await writeFile(join(work, 'status'), '');
    await run([...apt, 'update']);
  }
  return apt;
}

async function mergedUsr(folder: string, arch: string): Promise<void> {
  const names = arch === 'amd64' ? ['bin', 'sbin', 'lib', 'lib64'] : ['bin', 'sbin', 'lib'];
  for (const name of names) {
    await mkdir(join(folder, 'usr', name), { recursive: true });
    await symlink(join('usr', name), join(folder, name));
  }
  for (const name of ['etc', 'dev', 'proc', 'sys', 'run', 'root', 'var/lib', 'var/log']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  for (const name of ['tmp', 'var/tmp']) {
    await mkdir(join(folder, name), { recursive: true });
    await run(['chmod', '1777', join(folder, name)]);
  }
}
