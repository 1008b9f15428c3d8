import { describe, expect, it } from 'vitest';
import { podTrouble } from './pod-trouble.ts';
import type { LiveObject } from './types.ts';

const pod = (status: object, metadata: object = {}): LiveObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db-1', namespace: 'stats', ...metadata },
  spec: { nodeName: 'big' },
  status,
});
const waiting = (reason: string, message = '', more: object = {}) =>
  pod({
    phase: 'Pending',
    containerStatuses: [{ name: 'db', image: 'a:1', restartCount: 5, state: { waiting: { reason, message } }, ...more }],
  });
const unschedulable = (message: string) =>
  pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] });

describe('podTrouble', () => {
  it('finds nothing wrong with what runs or has finished', () => {
    expect(
      podTrouble(
        pod({
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [{ name: 'db', ready: true, state: { running: {} } }],
        }),
      ),
    ).toBeUndefined();
    expect(podTrouble(pod({ phase: 'Succeeded' }))).toBeUndefined();
  });

  it.each([
    [
      'no node',
      unschedulable('0/3 nodes are available: 3 Insufficient memory.'),
      'fatal unschedulable',
      'no node takes it: 0/3 nodes are available: 3 Insufficient memory.',
      /memory:/,
    ],
    [
      'affinity',
      unschedulable("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."),
      'fatal unschedulable',
      undefined,
      /architecture/,
    ],
    [
      'volume elsewhere',
      unschedulable('0/1 nodes are available: 1 node(s) had volume node affinity conflict.'),
      'fatal unschedulable',
      undefined,
      /holds its volume/,
    ],
    [
      'missing image',
      waiting('ImagePullBackOff', 'rpc error: code = NotFound desc = failed to pull: docker.io/library/a:1: not found'),
      'fatal image',
      'image a:1 cannot be pulled: there is no such image',
      /compose file/,
    ],
    ['no platform', waiting('ErrImagePull', 'no match for platform in manifest: not found'), 'fatal', undefined, undefined],
    ['private image', waiting('ErrImagePull', 'failed to authorize: 401 Unauthorized'), 'fatal image', undefined, /registries:/],
    ['own CA', waiting('ErrImagePull', 'x509: certificate signed by unknown authority'), 'fatal image', undefined, /ca:/],
    [
      'registry away',
      waiting('ImagePullBackOff', 'failed to do request: Head "https://x/v2": dial tcp: connection refused'),
      'failing image',
      'image a:1 cannot be pulled: dial tcp: connection refused',
      /registry/,
    ],
    [
      'crash',
      waiting('CrashLoopBackOff', 'back-off', { lastState: { terminated: { exitCode: 1, reason: 'Error' } } }),
      'failing crash',
      'db has crashed and was started again 5 times (exit code 1)',
      /logs/,
    ],
    [
      'out of memory',
      waiting('CrashLoopBackOff', '', { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
      'failing memory',
      'db was killed 5 times because it used more memory than its limit',
      /memory:/,
    ],
    [
      'wrong architecture',
      waiting('RunContainerError', 'exec /bin/db: exec format error'),
      'fatal arch',
      "db: the program in a:1 is for another architecture than big's (exec format error)",
      /require:/,
    ],
    [
      'missing secret',
      waiting('CreateContainerConfigError', 'secret "x" not found'),
      'failing config',
      'db cannot be set up: secret "x" not found',
      /farthing up/,
    ],
    [
      'just ended',
      pod({ phase: 'Running', containerStatuses: [{ name: 'db', restartCount: 1, state: { terminated: { exitCode: 2 } } }] }),
      'failing crash',
      'db has crashed and was started again 1 time (exit code 2)',
      undefined,
    ],
    ['starting', waiting('ContainerCreating'), 'waiting start', 'is being started', undefined],
    [
      'not ready',
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [{ name: 'db', ready: false, state: { running: {} } }],
      }),
      'waiting probe',
      undefined,
      /healthcheck/,
    ],
    ['stopping', pod({ phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'waiting gone', 'is being stopped', undefined],
    [
      'evicted',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      'failing gone',
      'evicted: The node was low on resource: memory.',
      undefined,
    ],
  ] as const)('puts %s into words', (_, object, kind, words, hint) => {
    const found = podTrouble(object);
    expect(`${found?.severity} ${found?.reason}`).toContain(kind);
    if (words) expect(found?.words).toBe(words);
    if (hint) expect(found?.hint).toMatch(hint);
  });
});
