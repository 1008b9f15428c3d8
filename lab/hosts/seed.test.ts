import { expect, test } from 'vitest';
import { placeHosts } from '../layouts.ts';
import { accountLines, hostsFile } from './seed.ts';

test('a host knows itself by 127.0.1.1, the others and the services by address', () => {
  expect(hostsFile(placeHosts('free-tier'), 'big').split('\n')).toEqual([
    '127.0.0.1\tlocalhost',
    '127.0.1.1\tbig',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    '10.77.0.1\tregistry.lab mirror.lab s3.lab',
    '10.77.0.12\tmicro-1',
    '10.77.0.13\tmicro-2',
    '',
  ]);
});

test('the world outside knows all hosts by address', () => {
  expect(hostsFile(placeHosts('mid'))).toContain('10.77.0.11\tbig\n10.77.0.12\tmid\n10.77.0.13\tmicro\n');
});

test('the account has no password and a shell', () => {
  const lines = accountLines('ubuntu');
  expect(lines['etc/passwd']).toBe('ubuntu:x:1000:1000:ubuntu:/home/ubuntu:/bin/bash');
  expect(lines['etc/shadow']).toMatch(/^ubuntu:!:/);
});
