import { createSocket } from 'node:dgram';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { network, serviceNames } from '../config.ts';
import type { PlacedHost } from '../layouts.ts';
import { answerQuery } from './dns.ts';

/**
 * Stands on the link-local addresses as Oracle's cloud does: instance metadata and DNS on 169.254.169.254, the boot
 * volume's iSCSI port on 169.254.0.2. Only as deep as firewall tests and name look-ups need.
 */
export async function startLinkLocal(hosts: readonly PlacedHost[]): Promise<void> {
  const names = new Map(serviceNames.map((name) => [name as string, network.gateway as string]));
  for (const host of hosts) {
    names.set(host.name, host.address);
  }
  for (const address of [network.metadata, network.iscsi]) {
    await listening(
      createServer((request, response) => answerMetadata(request, response, hosts)),
      80,
      address,
    );
    await listening(
      createTcpServer((socket) => {
        // A probe connects and leaves without reading.
        socket.on('error', () => socket.destroy());
        socket.end('lab iscsi\n');
      }),
      3260,
      address,
    );
  }
  await startDns(names);
}

/** Answers /opc/v2/instance/, which wants a header that a careless request does not carry. */
function answerMetadata(request: IncomingMessage, response: ServerResponse, hosts: readonly PlacedHost[]): void {
  const asker = request.socket.remoteAddress?.replace('::ffff:', '');
  const host = hosts.find(({ address }) => address === asker);
  const path = (request.url ?? '').replace(/\/$/, '');
  const json = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  };
  if (path !== '/opc/v2/instance') {
    json(404, { code: 404 });
  } else if (request.headers.authorization !== 'Bearer Oracle') {
    json(403, { code: 403 });
  } else {
    json(200, { displayName: host?.name ?? 'unknown', hostname: host?.name ?? 'unknown', region: 'lab' });
  }
}

async function startDns(names: ReadonlyMap<string, string>): Promise<void> {
  const udp = createSocket('udp4');
  udp.on('message', (query, from) => {
    const answer = answerQuery(query, names);
    if (answer) {
      // The asker may be gone, or cut off, by now.
      udp.send(answer, from.port, from.address, () => undefined);
    }
  });
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(53, network.metadata, resolve);
  });
  const tcp = createTcpServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (part: Buffer) => {
      received = Buffer.concat([received, part]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const length = received.readUInt16BE(0);
        const answer = answerQuery(received.subarray(2, 2 + length), names);
        received = received.subarray(2 + length);
        if (answer) {
          const prefix = Buffer.alloc(2);
          prefix.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([prefix, answer]));
        }
      }
    });
  });
  await listening(tcp, 53, network.metadata);
}

function listening(server: Pick<Server, 'once' | 'listen'>, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve());
  });
}
