import { parse } from 'yaml';
import { FarthingError } from '../common/index.ts';

/** What a connection needs, taken out of a kubeconfig. Kept in memory only. */
export interface Credentials {
  readonly server: string;
  /** PEM; undefined trusts the system's authorities. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  /** Name the server's certificate is checked against, when it is not the address. */
  readonly servername: string | undefined;
}

interface Named {
  readonly name?: string;
  readonly [key: string]: unknown;
}

/**
 * Reads the current context of a kubeconfig. Only what K3s and farthing write is understood:
 * inline certificates or a token over verified https. Throws FAR-KUBE-001 otherwise; the message
 * never holds a value of the file.
 */
export function parseCredentials(text: string): Credentials {
  const file = readYaml(text);
  const context = entry(file, 'contexts', string(file['current-context']) ?? 'default', 'context');
  const cluster = entry(file, 'clusters', string(context.cluster) ?? '', 'cluster');
  const user = entry(file, 'users', string(context.user) ?? '', 'user');
  if (cluster['insecure-skip-tls-verify'] === true) throw unusable('it switches off the check of the server certificate');
  for (const key of ['certificate-authority', 'client-certificate', 'client-key', 'exec', 'auth-provider', 'tokenFile']) {
    if (cluster[key] !== undefined || user[key] !== undefined) throw unusable(`it uses \`${key}\`; only inline credentials are read`);
  }
  const server = string(cluster.server);
  if (server === undefined) throw unusable('its cluster has no server');
  return {
    server,
    ca: base64(cluster['certificate-authority-data']),
    cert: base64(user['client-certificate-data']),
    key: base64(user['client-key-data']),
    token: string(user.token),
    servername: string(cluster['tls-server-name']),
  };
}

function readYaml(text: string): Named {
  let file: unknown;
  try {
    file = parse(text);
  } catch {
    // The parser's own message quotes the file, which holds a private key.
    throw unusable('it is not valid YAML');
  }
  if (file === null || typeof file !== 'object') throw unusable('it is empty');
  return file as Named;
}

function entry(file: Named, list: string, name: string, inner: string): Named {
  const entries = Array.isArray(file[list]) ? (file[list] as Named[]) : [];
  const value = entries.find((item) => item.name === name)?.[inner];
  if (value === null || typeof value !== 'object') throw unusable(`it has no ${inner} of the name its context asks for`);
  return value as Named;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function base64(value: unknown): string | undefined {
  const text = string(value);
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

function unusable(why: string): FarthingError {
  return new FarthingError('FAR-KUBE-001', `The kubeconfig cannot be used: ${why}.`, {
    hint: 'farthing reads the one K3s writes at /etc/rancher/k3s/k3s.yaml on the server; restarting K3s writes it again.',
  });
}
