import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceKeyPair } from '../ca/certificates.ts';
import { labPaths, network, ports } from '../config.ts';

/** Where a lab's registry keeps its content. */
export function registryStorage(): string {
  return join(labPaths().state, 'registry/storage');
}

/** Starts the registry. Debian's own configuration asks for a login; this one does not. */
export async function startRegistry(tools: string): Promise<ChildProcess> {
  const folder = join(labPaths().state, 'registry');
  await mkdir(registryStorage(), { recursive: true });
  const { cert, key } = serviceKeyPair();
  const config = join(folder, 'config.json');
  // YAML is a superset of JSON.
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'warn' },
      storage: { filesystem: { rootdirectory: registryStorage() }, delete: { enabled: true } },
      http: { addr: `${network.gateway}:${ports.registry}`, tls: { certificate: cert, key } },
    }),
  );
  const log = await open(join(folder, 'registry.log'), 'a');
  const child = spawn(join(tools, 'docker-registry'), ['serve', config], {
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  await log.close();
  return child;
}
