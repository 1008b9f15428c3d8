import { createServer, type IncomingMessage } from 'node:http';
import { labPaths } from '../config.ts';
import type { Supervisor } from './supervisor.ts';

/** An order to the supervisor: a host, and what to do to it. */
export interface ControlOrder {
  readonly host: string;
  readonly action: 'start' | 'power-off' | 'power-cut';
}

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
  const order = JSON.parse(body) as ControlOrder;
  const machine = supervisor.machine(order.host);
  switch (order.action) {
    case 'start':
      return machine.start();
    case 'power-off':
      return machine.powerOff();
    case 'power-cut':
      await machine.powerOff();
      return machine.start();
    default:
      throw new Error(`unknown action ${order.action satisfies never}`);
  }
}
