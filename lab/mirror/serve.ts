import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceKeyPair } from '../ca/certificates.ts';
import { network, ports } from '../config.ts';
import type { MirrorFault, MirrorFaults } from './faults.ts';
import { findReleaseFile, type ReleaseFile } from './releases.ts';

/** Serves K3s' release files under `/k3s/<version>/<file>`, as the project's release page does. */
export async function startMirror(faults: MirrorFaults): Promise<void> {
  const { cert, key } = serviceKeyPair();
  const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (request, response) => {
    serve(request, response, faults).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ports.mirror, network.gateway, resolve);
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, faults: MirrorFaults): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'https://mirror.lab');
  const fault = faults.take(pathname);
  const file = fault?.status === undefined ? await findReleaseFile(pathname) : undefined;
  if (!file) {
    response.writeHead(fault?.status ?? 404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await send(file, response, fault);
}

async function send(file: ReleaseFile, response: ServerResponse, fault: MirrorFault = {}): Promise<void> {
  // Whoever breaks off a download is no failure of ours.
  response.on('error', () => response.destroy());
  const { truncateAt, corruptAt, bytesPerSecond } = fault;
  let sent = 0;
  for await (const part of createReadStream(file.path) as AsyncIterable<Buffer>) {
    let bytes = part;
    if (corruptAt !== undefined && corruptAt >= sent && corruptAt < sent + part.length) {
      bytes = Buffer.from(part);
      bytes.writeUInt8(bytes.readUInt8(corruptAt - sent) ^ 0xff, corruptAt - sent);
    }
    if (truncateAt !== undefined && sent + bytes.length > truncateAt) {
      // Only what is flushed counts: give it to the socket before the connection goes.
      await new Promise((resolve) => response.write(bytes.subarray(0, truncateAt - sent), resolve));
      response.destroy();
      return;
    }
    if (response.destroyed) {
      return;
    }
    if (!response.write(bytes)) {
      await drained(response);
    }
    sent += bytes.length;
    if (bytesPerSecond) {
      await sleep((bytes.length / bytesPerSecond) * 1000);
    }
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
