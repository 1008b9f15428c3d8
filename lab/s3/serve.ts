import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceKeyPair } from '../ca/certificates.ts';
import { labPaths, network, ports } from '../config.ts';

/** Who may use the S3 service. */
export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** Makes this lab's S3 keys. */
export async function createS3Credentials(): Promise<void> {
  await mkdir(join(labPaths().state, 's3/data'), { recursive: true });
  const credentials: S3Credentials = {
    accessKey: 'lab',
    secretKey: randomBytes(20).toString('hex'),
    region: 'us-east-1',
  };
  await writeFile(credentialsFile(), `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
}

function credentialsFile(): string {
  return join(labPaths().state, 's3/credentials.json');
}

/** The keys of this lab's S3 service. */
export async function readS3Credentials(): Promise<S3Credentials> {
  return JSON.parse(await readFile(credentialsFile(), 'utf8')) as S3Credentials;
}

/** Starts the S3 server: buckets are folders of `<state>/s3/data`. */
export async function startS3(tools: string): Promise<ChildProcess> {
  const folder = join(labPaths().state, 's3');
  const { accessKey, secretKey, region } = await readS3Credentials();
  const { cert, key } = serviceKeyPair();
  const log = await open(join(folder, 's3.log'), 'a');
  const address = ['--port', `${network.gateway}:${ports.s3}`, '--cert', cert, '--key', key, '--region', region];
  const child = spawn(
    join(tools, 'versitygw'),
    [...address, '--quiet', '--keep-alive', '--health', '/health', 'posix', join(folder, 'data')],
    {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    },
  );
  await log.close();
  return child;
}
