import { fileTrait, getJson, until } from '../actions.ts';
import { type Bench, dataDir } from '../bench.ts';
import type { Check } from '../types.ts';
import { every, fail, holds, matches, pass, same } from '../verdict.ts';

const folder = `${dataDir}/server/manifests`;
/** A scan comes every 15 s; two of them and some slack. */
const patience = 45;

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata: { k: v }\n`;
const put = (bench: Bench, file: string, ...names: readonly string[]): Promise<void> =>
  bench.server.host.write(`${folder}/${file}`, names.map(configMap).join('---\n'), '600');

interface Addon {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly source: string; readonly checksum: string };
}
interface Object {
  readonly metadata: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> };
}
const addon = (bench: Bench, name: string) => getJson<Addon>(bench.server.host, 'addons.k3s.cattle.io', '-n', 'kube-system', name);
const map = (bench: Bench, name: string) => getJson<Object>(bench.server.host, 'configmap', name);
const appears = (bench: Bench, name: string) => until(`ConfigMap ${name}`, patience, () => map(bench, name));
const vanishes = (bench: Bench, name: string) =>
  until(`ConfigMap ${name} to go`, patience, async () => ((await map(bench, name)) === undefined ? true : undefined));

/** Waits until the Addon has an event of that reason and gives its message. */
function event(bench: Bench, name: string, reason: string): Promise<string> {
  return until(`event ${reason} of ${name}`, patience, async () => {
    const selector = `involvedObject.kind=Addon,involvedObject.name=${name},reason=${reason}`;
    const list = await getJson<{ items: { message: string }[] }>(bench.server.host, 'events', '-A', '--field-selector', selector);
    return list?.items[0]?.message;
  });
}

/** The folder whose files are applied, on a running server. Order matters: one file lives through several checks. */
export const manifestChecks: readonly Check[] = [
  {
    id: 'manifests.packaged',
    contract: 'packaged components are files and Addons with source and checksum',
    run: async (bench) => {
      const found = await Promise.all(['coredns', 'local-storage'].map((name) => addon(bench, name)));
      return every(
        same(
          found.map((entry) => entry?.spec.source),
          [`${folder}/coredns.yaml`, `${folder}/local-storage.yaml`],
        ),
        matches(found[0]?.spec.checksum ?? '', /^[0-9a-f]{64}$/),
      );
    },
  },
  {
    id: 'manifests.applied',
    contract: 'a new file is applied within two scans',
    run: async (bench) => {
      await put(bench, 'contract-skipped.yaml.skip', 'unused');
      await put(bench, 'contract-skipped.yaml', 'contract-skipped');
      await put(bench, 'contract_underscore.yaml', 'contract-underscore');
      await put(bench, '.contract-hidden.yaml', 'contract-hidden');
      await put(bench, 'contract-named.v2.yaml', 'contract-named');
      await bench.server.host.write(`${folder}/contract-broken.yaml`, 'kind: [\n');
      await put(bench, 'contract-one.yaml', 'contract-a', 'contract-b');
      await appears(bench, 'contract-a');
      await appears(bench, 'contract-b');
      return pass('both objects exist');
    },
  },
  {
    id: 'manifests.addon-name',
    contract: 'the Addon is named by the file name up to the first dot',
    run: async (bench) => {
      await appears(bench, 'contract-named');
      return same((await addon(bench, 'contract-named'))?.spec.source, `${folder}/contract-named.v2.yaml`);
    },
  },
  {
    id: 'manifests.owner-annotations',
    contract: 'applied objects carry the objectset annotations of their Addon and its hash label',
    run: async (bench) => {
      const { annotations = {}, labels = {} } = (await map(bench, 'contract-a'))?.metadata ?? {};
      return every(
        same(annotations['objectset.rio.cattle.io/owner-name'], 'contract-one'),
        same(annotations['objectset.rio.cattle.io/owner-namespace'], 'kube-system'),
        matches(labels['objectset.rio.cattle.io/hash'] ?? '', /^[0-9a-f]{40}$/),
      );
    },
  },
  {
    id: 'manifests.gvks',
    contract: 'the Addon remembers the kinds of its file',
    run: async (bench) =>
      matches((await addon(bench, 'contract-one'))?.metadata.annotations?.['addon.k3s.cattle.io/gvks'] ?? '', /ConfigMap/),
  },
  {
    id: 'manifests.event-applied',
    contract: 'an event AppliedManifest on the Addon tells of it',
    run: async (bench) => matches(await event(bench, 'contract-one', 'AppliedManifest'), /contract-one/),
  },
  {
    id: 'manifests.event-parse-failed',
    contract: 'a file that cannot be read gives an event ParseManifestFailed',
    run: async (bench) => matches(await event(bench, 'contract-broken', 'ParseManifestFailed'), /contract-broken/),
  },
  {
    id: 'manifests.pruned',
    contract: 'an object removed from a file is deleted, its neighbour stays',
    run: async (bench) => {
      await put(bench, 'contract-one.yaml', 'contract-b');
      await vanishes(bench, 'contract-a');
      return holds((await map(bench, 'contract-b')) !== undefined, 'contract-b stays', 'contract-a is gone');
    },
  },
  {
    id: 'manifests.passed-over',
    contract: 'a file with X.yaml.skip beside it, a dotfile and a name with an underscore are not applied',
    run: async (bench) => {
      const names = ['contract-skipped', 'contract-hidden', 'contract-underscore'];
      const found = await Promise.all(names.map((name) => map(bench, name)));
      const there = names.filter((_, at) => found[at] !== undefined);
      return there.length === 0 ? pass('none of them exists') : fail('none of them exists', there.join(', '));
    },
  },
  {
    id: 'manifests.file-removed',
    contract: 'a file that goes away deletes nothing',
    run: async (bench) => {
      await bench.server.host.need('rm -f "$1"', { args: [`${folder}/contract-one.yaml`] });
      await bench.server.host.need('sleep 20');
      return holds((await map(bench, 'contract-b')) !== undefined, 'contract-b stays', 'contract-b is there after a scan');
    },
  },
  {
    id: 'manifests.packaged-file',
    contract: 'coredns.yaml and local-storage.yaml lie in the folder, root only',
    run: async (bench) => {
      const traits = await Promise.all(['coredns', 'local-storage'].map((name) => fileTrait(bench.server.host, `${folder}/${name}.yaml`)));
      return same(traits, ['600 root', '600 root']);
    },
  },
];

/** Leaves the folder as the suite found it. */
export async function clearManifests(bench: Bench): Promise<void> {
  await bench.server.host.need('rm -f "$1"/contract* "$1"/.contract*', { args: [folder] });
}
