import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { labPaths, network, ports } from '../config.ts';
import type { PlacedHost } from '../layouts.ts';
import { startLinkLocal } from '../metadata/serve.ts';
import type { MirrorFaults } from '../mirror/faults.ts';
import { startMirror } from '../mirror/serve.ts';
import { startRegistry } from '../registry/serve.ts';
import { readS3Credentials, startS3 } from '../s3/serve.ts';
import type { LabService } from '../state.ts';
import { GaveUp, waitFor } from '../wait.ts';

/** What the services are started with. */
export interface ServicesInput {
  /** Folder with the services' programs. */
  readonly tools: string;
  readonly hosts: readonly PlacedHost[];
  readonly faults: MirrorFaults;
}

const startSeconds = 20;

/** Starts all services and returns when each answers. */
export async function startServices(input: ServicesInput): Promise<readonly LabService[]> {
  await startLinkLocal(input.hosts);
  await startMirror(input.faults);
  const registry = await startRegistry(input.tools);
  const s3 = await startS3(input.tools);
  await Promise.all([answers(`https://registry.lab:${ports.registry}/v2/`, registry), answers(`https://s3.lab:${ports.s3}/health`, s3)]);
  const { pid } = process;
  return [
    { name: 'registry', url: `https://registry.lab:${ports.registry}`, pid: registry.pid ?? 0 },
    { name: 's3', url: `https://s3.lab:${ports.s3}`, pid: s3.pid ?? 0, ...(await readS3Credentials()) },
    { name: 'mirror', url: `https://mirror.lab:${ports.mirror}/k3s`, pid },
    { name: 'metadata', url: `http://${network.metadata}/opc/v2/instance/`, pid },
    { name: 'dns', url: `udp://${network.metadata}:53`, pid },
  ];
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const ca = await readFile(labPaths().ca.cert);
  await waitFor(
    url,
    () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new GaveUp(`${hostname} ended as it started; see its log in ${labPaths().state}`);
      }
      return new Promise<true>((resolve, reject) => {
        // The supervisor runs outside the view where lab names resolve.
        get({ host: network.gateway, servername: hostname, port, path: pathname, ca }, (response) => {
          response.resume();
          resolve(true);
        }).once('error', reject);
      });
    },
    { seconds: startSeconds, everyMs: 50 },
  );
}
