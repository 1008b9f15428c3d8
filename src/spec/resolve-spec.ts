import { networkDefaults } from './checks/network.ts';
import { present } from './present.ts';
import type { FarthingFile } from './schema.ts';
import type { App, BackupSpec, Machine, Registries, SecretRef, Spec } from './types.ts';
import type { YamlSource } from './yaml-source.ts';

/** What a file means once it is known to be right: every default filled in, every path absolute, in the order of the file. */
export function resolveSpec(file: FarthingFile, source: YamlSource, dir: string, resolve: (path: string) => string): Spec {
  const entries = <T>(section: 'machines' | 'apps', map: Readonly<Record<string, T>>) =>
    source.keys([section]).flatMap((name) => (map[name] === undefined ? [] : [{ name, entry: map[name] }]));
  const only = Object.keys(file.machines).length === 1;
  return {
    file: source.file,
    dir,
    name: file.name,
    k3s: present({
      version: file.k3s.version,
      mirror: file.k3s.mirror,
      ca: file.k3s.ca === undefined ? undefined : resolve(file.k3s.ca),
      sha256: present({ ...file.k3s.sha256 }),
    }),
    network: {
      pods: file.network?.pods ?? networkDefaults.pods,
      services: file.network?.services ?? networkDefaults.services,
      backend: 'vxlan',
    },
    machines: entries('machines', file.machines).map(({ name, entry }) => machine(name, entry, only)),
    placement: present({ prefer: file.placement?.prefer }),
    registries: registries(file, resolve),
    ...(file.backup === undefined ? {} : { backup: backup(file.backup, resolve) }),
    apps: entries('apps', file.apps ?? {}).map(({ name, entry }) => app(name, entry, resolve)),
    at: (path) => source.at(path),
  };
}

function machine(name: string, entry: FarthingFile['machines'][string], only: boolean): Machine {
  const { ssh, role, hostKey, labels, ...rest } = entry;
  return present({
    name,
    kind: 'ssh' as const,
    target: ssh.target,
    port: ssh.port,
    role: role ?? (only ? 'server' : 'agent'),
    hostKeys: hostKey ?? [],
    labels: labels ?? {},
    ...rest,
  });
}

function app(name: string, entry: NonNullable<FarthingFile['apps']>[string], resolve: (path: string) => string): App {
  const services = Object.entries(entry.services ?? {}).map(([service, given]) => {
    const { prefer, require, ...rest } = given;
    return [service, present({ prefer: prefer ?? [], require: require ?? [], ...rest })] as const;
  });
  return present({
    name,
    compose: entry.compose.map(resolve),
    profiles: entry.profiles ?? [],
    prefer: entry.prefer ?? [],
    require: entry.require ?? [],
    services: Object.fromEntries(services),
    volumes: Object.fromEntries(Object.entries(entry.volumes ?? {}).map(([volume, given]) => [volume, present({ size: given.size })])),
    renamedFrom: entry.renamedFrom,
  });
}

function backup({ repositories, passphrase }: NonNullable<FarthingFile['backup']>, resolve: (path: string) => string): BackupSpec {
  const { url, endpoint, region, ca, accessKey, secretKey } = repositories.main;
  const absolute = (ref: SecretRef): SecretRef => ('file' in ref ? { file: resolve(ref.file) } : ref);
  return {
    repository: present({
      place: url,
      endpoint,
      region,
      ca: ca === undefined ? undefined : resolve(ca),
      accessKey: absolute(accessKey),
      secretKey: absolute(secretKey),
    }),
    passphrase: absolute(passphrase),
  };
}

function registries(file: FarthingFile, resolve: (path: string) => string): Registries {
  const { mirrors = {}, configs = {} } = file.registries ?? {};
  return {
    mirrors: Object.fromEntries(
      Object.entries(mirrors).map(([host, mirror]) => [host, present({ endpoint: mirror.endpoint, rewrite: mirror.rewrite })]),
    ),
    configs: Object.fromEntries(
      Object.entries(configs).map(([host, { auth, tls }]) => [
        host,
        present({
          auth: auth && {
            username: auth.username,
            password: 'file' in auth.password ? { file: resolve(auth.password.file) } : auth.password,
          },
          tls: tls && present({ ca: tls.ca === undefined ? undefined : resolve(tls.ca), insecureSkipVerify: tls.insecureSkipVerify }),
        }),
      ]),
    ),
  };
}
