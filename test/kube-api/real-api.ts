import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBase } from '../../lab/hosts/base.ts';
import { kubernetesPart, userlandPart } from '../../lab/k3s/parts.ts';
import { stderrProgress } from '../../lab/progress.ts';
import { makeCertificates, makeKubeconfig } from './loopback-api.ts';

/** Upstream's own API server on loopback, with kine and SQLite behind it, no controllers. */
export interface RealApi {
  readonly kubeconfig: string;
  stop(): void;
}

/** Starts it from the lab's builds; ready when it answers. */
export async function startRealApi(): Promise<RealApi> {
  const progress = stderrProgress();
  const input = { arch: 'amd64' as const, base: await ensureBase(progress), progress };
  const [kubernetes, userland] = [await kubernetesPart(input), await userlandPart(input)];
  const dir = mkdtempSync(join(tmpdir(), 'farthing-api-'));
  const certificates = makeCertificates();
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const account = execFileSync('openssl', ['genrsa', '2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const accountKey = file('account.key', account);
  const port = await freePort();
  const socket = join(dir, 'kine.sock');
  const database = `sqlite://${join(dir, 'state.db')}?_journal=WAL&cache=shared&_busy_timeout=30000&_txlock=immediate`;
  const children: ChildProcess[] = [];
  // Kubernetes' programs are one file that goes by the name it is called.
  const start = (program: string, name: string, args: readonly string[]) =>
    children.push(spawn(program, args, { stdio: 'ignore', argv0: name }));
  start(join(userland, 'kine'), 'kine', [`--endpoint=${database}`, `--listen-address=unix://${socket}`, '--metrics-bind-address=0']);
  start(join(kubernetes, 'kubernetes'), 'kube-apiserver', [
    `--etcd-servers=unix://${socket}`,
    `--client-ca-file=${file('ca.crt', certificates.ca)}`,
    `--tls-cert-file=${file('server.crt', certificates.cert)}`,
    `--tls-private-key-file=${file('server.key', certificates.key)}`,
    `--service-account-key-file=${accountKey}`,
    `--service-account-signing-key-file=${accountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.43.0.0/16',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--cert-dir=${dir}`,
    // Without controllers nobody makes the default account that this would ask for.
    '--disable-admission-plugins=ServiceAccount',
  ]);
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  return { kubeconfig: makeKubeconfig(certificates, `https://127.0.0.1:${port}`), stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
