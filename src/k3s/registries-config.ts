import { stringify } from 'yaml';
import { Sealed, sha256 } from '../common/index.ts';
import type { Registries } from '../spec/index.ts';
import { configDir } from './paths.ts';

/** registries.yaml (it may hold passwords) and the CA files it names. */
export interface RegistriesConfig {
  readonly text: Sealed;
  /** By path on the node. */
  readonly files: Readonly<Record<string, string>>;
}

/** Values from the laptop that the file only refers to. */
export interface RegistryInputs {
  /** Password of a registry's `auth`, by the key in `registries.configs`. */
  readonly passwords: Readonly<Record<string, Sealed>>;
  /** PEM text by the path the file names. */
  readonly certificates: Readonly<Record<string, string>>;
}

/** /etc/rancher/k3s/registries.yaml; undefined when the file says nothing about registries. */
export function registriesConfig(registries: Registries, inputs: RegistryInputs): RegistriesConfig | undefined {
  if (Object.keys(registries.mirrors).length === 0 && Object.keys(registries.configs).length === 0) return undefined;
  const files: Record<string, string> = {};
  const configs: Record<string, unknown> = {};
  for (const [host, config] of Object.entries(registries.configs)) {
    const { auth, tls } = config;
    let caFile: string | undefined;
    if (tls?.ca !== undefined) {
      const pem = inputs.certificates[tls.ca] ?? '';
      // Named by its content, so that another certificate is another registries.yaml.
      caFile = `${configDir}/registry-ca-${sha256(pem).slice(0, 12)}.pem`;
      files[caFile] = pem;
    }
    configs[host] = {
      ...(auth ? { auth: { username: auth.username, password: inputs.passwords[host]?.reveal() ?? '' } } : {}),
      ...(tls
        ? {
            tls: {
              ...(caFile === undefined ? {} : { ca_file: caFile }),
              ...(tls.insecureSkipVerify === undefined ? {} : { insecure_skip_verify: tls.insecureSkipVerify }),
            },
          }
        : {}),
    };
  }
  const config = {
    ...(Object.keys(registries.mirrors).length > 0 ? { mirrors: registries.mirrors } : {}),
    ...(Object.keys(configs).length > 0 ? { configs } : {}),
  };
  return {
    text: new Sealed(
      `# Written by farthing from farthing.yaml; it puts back what is changed here.\n${stringify(config, { lineWidth: 0 })}`,
    ),
    files,
  };
}
