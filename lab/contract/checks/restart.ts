import { stringify } from 'yaml';
import { fileTrait, getJson, kubectl, needInstall, unitProperty, until } from '../actions.ts';
import { type Bench, confDir, dataDir } from '../bench.ts';
import { getNode } from '../node-object.ts';
import { serverCall, serverConfig } from '../settings.ts';
import type { Check } from '../types.ts';
import { contains, every, fail, holds, same } from '../verdict.ts';

const pid = (bench: Bench): Promise<string> => unitProperty(bench.server.host, 'k3s', 'MainPID');

/** Changes the main file; `undefined` takes a key out. */
async function configure(bench: Bench, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const config = { ...serverConfig(bench), ...changes };
  await bench.server.host.write(`${confDir}/config.yaml`, stringify(config));
}

const kubeconfigMode = (bench: Bench): Promise<string> => fileTrait(bench.server.host, `${confDir}/k3s.yaml`);

/** What a second run and a restart do to a running server. They run in order and leave it running. */
export const restartChecks: readonly Check[] = [
  {
    id: 'install.no-change',
    contract: 'the same call again starts nothing: No change detected, the process goes on, the unit stays enabled',
    run: async (bench) => {
      const before = await pid(bench);
      const answer = await needInstall(bench.server.host, serverCall);
      return every(
        contains(answer.out, 'No change detected so skipping service start'),
        same(await pid(bench), before),
        same(await unitProperty(bench.server.host, 'k3s', 'UnitFileState'), 'enabled'),
      );
    },
  },
  {
    id: 'install.config-does-not-count',
    contract: 'a changed config.yaml alone does not restart',
    run: async (bench) => {
      await configure(bench, { debug: false });
      const before = await pid(bench);
      await needInstall(bench.server.host, serverCall);
      return same(await pid(bench), before);
    },
  },
  {
    id: 'config.env-below-file',
    contract: 'another environment restarts; a variable ranks below the file, and without a flag the file decides',
    run: async (bench) => {
      const { host } = bench.server;
      // Done by hand meanwhile, to be put right by the start: a label, a packaged file, a packaged object.
      await kubectl(host, 'label', 'node', bench.server.facts.hostname, 'contract.test/second-');
      await host.need('echo "# edited" >> "$1/server/manifests/local-storage.yaml"', { args: [dataDir] });
      await kubectl(host, 'delete', 'storageclass', 'local-path');
      const before = await pid(bench);
      await needInstall(host, { args: ['server'], env: { ...serverCall.env, K3S_KUBECONFIG_MODE: '0604' } });
      return every(holds((await pid(bench)) !== before, 'another process', 'restarted'), same(await kubeconfigMode(bench), '644 root'));
    },
  },
  {
    id: 'manifests.rewritten',
    contract: 'packaged files are written anew at each start',
    run: async (bench) => {
      const found = await until('the file to be rewritten', 60, async () => {
        const text = await bench.server.host.need('cat "$1/server/manifests/local-storage.yaml"', { args: [dataDir] });
        return text.includes('# edited') ? undefined : 'rewritten';
      }).catch(() => 'still edited');
      return same(found, 'rewritten');
    },
  },
  {
    id: 'manifests.reapplied',
    contract: 'a packaged object deleted by hand is back after a start',
    run: async (bench) => {
      const found = await until('the StorageClass', 60, () => getJson<object>(bench.server.host, 'storageclass', 'local-path')).catch(
        () => undefined,
      );
      return found === undefined ? fail('StorageClass local-path', 'absent after 60 s') : same('there', 'there');
    },
  },
  {
    id: 'node.labels-again',
    contract: 'node-label values are set again at a start',
    run: async (bench) => {
      const found = await until('the label', 60, async () => {
        const node = await getNode(bench.server.host, bench.server.facts.hostname);
        return node?.metadata.labels['contract.test/second'];
      }).catch(() => 'absent');
      return same(found, 'replaced');
    },
  },
  {
    id: 'files.kubeconfig-mode',
    contract: 'k3s.yaml has mode 600 when nothing else is said; it is rewritten at each start',
    run: async (bench) => {
      await configure(bench, { 'write-kubeconfig-mode': undefined });
      await needInstall(bench.server.host, { args: ['server'], env: serverCall.env });
      return same(await kubeconfigMode(bench), '600 root');
    },
  },
  {
    id: 'manifests.disabled',
    contract: 'disable with a file name deletes its objects, the file and the Addon',
    run: async (bench) => {
      const { host } = bench.server;
      const file = `${dataDir}/server/manifests/contract-gone.yaml`;
      await host.write(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: contract-gone, namespace: default }\n');
      await until('ConfigMap contract-gone', 45, () => getJson<object>(host, 'configmap', 'contract-gone'));
      await configure(bench, { disable: ['traefik', 'servicelb', 'metrics-server', 'contract-gone'] });
      await host.need('systemctl restart k3s', { seconds: 300 });
      const left = await until('it to be gone', 60, async () => {
        const object = await getJson<object>(host, 'configmap', 'contract-gone');
        const addon = await getJson<object>(host, 'addons.k3s.cattle.io', '-n', 'kube-system', 'contract-gone');
        return object === undefined && addon === undefined ? await fileTrait(host, file) : undefined;
      }).catch(() => 'objects remain');
      return same(left, 'absent');
    },
  },
];
