import type { Container } from 'kubernetes-types/core/v1.js';
import type { Wait } from './waits-of.ts';

// BusyBox builds differ: some have no `nc -z`, all can run a program once connected.
const connect = 'echo "waiting for $1:$2"; until nc -w 2 "$1" "$2" -e /bin/true 2>/dev/null; do sleep 1; done';
const resolve = 'echo "waiting for $1"; until nslookup "$1" >/dev/null 2>&1; do sleep 1; done';

/** The init container that holds a pod back until a service it depends on is ready. */
export function waitContainer(wait: Wait, namespace: string, image: string): Container {
  // The full name with its dot: nslookup of BusyBox does not know search domains.
  const args = wait.port === undefined ? [`${wait.service}.${namespace}.svc.cluster.local.`] : [wait.service, String(wait.port)];
  return {
    name: `wait-for-${wait.service}`.slice(0, 63).replace(/-+$/, ''),
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', wait.port === undefined ? resolve : connect, 'wait', ...args],
    resources: { requests: { cpu: '5m', memory: '8Mi' } },
  };
}
