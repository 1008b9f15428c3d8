import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { labPaths } from '../config.ts';
import type { LabState } from '../state.ts';

/** What the lab's download mirror serves in K3s' place. */
export interface LabRelease {
  readonly version: string;
  readonly sha256: { readonly amd64: string; readonly installScript: string };
}

/** The release that this lab's mirror serves. Throws when it serves none. */
export async function servedRelease(): Promise<LabRelease> {
  const served = join(labPaths().state, 'mirror');
  const [version] = await readdir(served).catch(() => []);
  if (version === undefined) throw new Error('the mirror serves no release; start the lab with: npm run lab -- up');
  return JSON.parse(await readFile(join(served, version, 'release.json'), 'utf8')) as LabRelease;
}

/**
 * A copy of an example as its owner would have it in the lab's world: their host keys pinned, their
 * mirror and registry named, each with the private CA. Only values a user can write are changed.
 */
export async function writeHome(example: string, folder: string, lab: LabState, release: LabRelease): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(example, folder, { recursive: true });
  await cp(lab.caCert, join(folder, 'lab-ca.crt'));
  const file = join(folder, 'farthing.yaml');
  await writeFile(file, inTheLab(await readFile(file, 'utf8'), lab, release));
  return file;
}

/** The text of farthing.yaml with the lab's machines, mirror and registry in it. Comments stay. */
export function inTheLab(text: string, lab: Pick<LabState, 'hosts'>, release: LabRelease): string {
  const document = parseDocument(text);
  for (const host of lab.hosts) {
    if (!document.hasIn(['machines', host.name])) continue;
    document.setIn(['machines', host.name, 'ssh'], `${host.user}@${host.address}`);
    document.setIn(['machines', host.name, 'hostKey'], host.hostKey);
  }
  document.set(
    'k3s',
    document.createNode({
      version: release.version,
      mirror: 'https://mirror.lab:8443/k3s',
      ca: './lab-ca.crt',
      sha256: { amd64: release.sha256.amd64, installScript: release.sha256.installScript },
    }),
  );
  document.set(
    'registries',
    document.createNode({
      mirrors: { 'docker.io': { endpoint: ['https://registry.lab:5000'] } },
      configs: { 'registry.lab:5000': { tls: { ca: './lab-ca.crt' } } },
    }),
  );
  return document.toString({ lineWidth: 0 });
}
