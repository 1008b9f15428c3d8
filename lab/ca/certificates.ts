import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths, network, serviceNames } from '../config.ts';
import { run } from '../run.ts';

/** A certificate and its key, as files. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const days = '30';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Where the services' certificate lies; one for all of them. */
export function serviceKeyPair(): KeyPair {
  const { dir } = labPaths().ca;
  return { cert: join(dir, 'services.crt'), key: join(dir, 'services.key') };
}

/** Makes the lab's own certificate authority and one certificate for all services, by name and by address. */
export async function createCertificates(): Promise<void> {
  const { ca, instance } = labPaths();
  await mkdir(ca.dir, { recursive: true, mode: 0o755 });
  const subject = `/O=farthing lab/CN=${instance} CA`;
  const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
  await run([
    ...['openssl', 'req', '-x509', ...newKey, '-days', days, '-subj', subject, '-keyout', ca.key, '-out', ca.cert],
    ...extensions.flatMap((extension) => ['-addext', extension]),
  ]);
  const { cert, key } = serviceKeyPair();
  const request = join(ca.dir, 'services.csr');
  const config = join(ca.dir, 'services.ext');
  const names = [...serviceNames.map((name) => `DNS:${name}`), `IP:${network.gateway}`];
  await writeFile(config, `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth\n`);
  await run(['openssl', 'req', ...newKey, '-subj', '/CN=lab services', '-keyout', key, '-out', request]);
  const by = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial'];
  await run(['openssl', 'x509', '-req', '-in', request, ...by, '-days', days, '-extfile', config, '-out', cert]);
}
