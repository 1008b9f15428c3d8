import { createServer, type IncomingMessage } from 'node:http';
import { labPaths } from '../config.ts';
import type { Machine } from '../hosts/machine.ts';
import type { MirrorFault } from '../mirror/faults.ts';
import type { Supervisor } from './supervisor.ts';

/** An order to the supervisor: something to do to a host, or to make go wrong with downloads. */
export type ControlOrder =
  | { readonly kind: 'host'; readonly host: string; readonly action: 'start' | 'power-off' | 'power-cut' }
  | { readonly kind: 'mirror-fault'; readonly fault: MirrorFault }
  | { readonly kind: 'mirror-heal' }
  | { readonly kind: 'ping' };

/** Takes orders as JSON over HTTP on `<state>/control.sock`; answers when the order is carried out. */
export function serveControl(supervisor: Supervisor): Promise<void> {
  const server = createServer((request, response) => {
    handle(supervisor, request).then(
      () => response.writeHead(200).end('{}\n'),
      (error: Error) => response.writeHead(500).end(JSON.stringify({ message: error.message })),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(labPaths().control, resolve);
  });
}

async function handle(supervisor: Supervisor, request: IncomingMessage): Promise<void> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part;
  }
  await obey(supervisor, JSON.parse(body) as ControlOrder);
}

async function obey(supervisor: Supervisor, order: ControlOrder): Promise<void> {
  switch (order.kind) {
    case 'host':
      return command(supervisor.machine(order.host), order.action);
    case 'mirror-fault':
      return supervisor.mirrorFaults.add(order.fault);
    case 'mirror-heal':
      return supervisor.mirrorFaults.heal();
    case 'ping':
      return;
    default:
      throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
  }
}

async function command(machine: Machine, action: 'start' | 'power-off' | 'power-cut'): Promise<void> {
  if (action !== 'start') {
    await machine.powerOff();
  }
  if (action !== 'power-off') {
    await machine.start();
  }
}
