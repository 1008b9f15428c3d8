import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const program = new URL('../bin/farthing.js', import.meta.url).pathname;
const fixture = new URL('mistakes/', import.meta.url).pathname;
let folder = '';
let registry: Server;
const asked: string[] = [];

// A registry that knows one image and says so of the other.
beforeAll(async () => {
  registry = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const path = request.url ?? '';
    if (path === '/v2/') return void response.end('{}');
    if (!path.startsWith('/v2/library/mariadb/manifests/10.11')) {
      response.writeHead(404, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    }
    const platform = (architecture: string) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 1,
      platform: { os: 'linux', architecture },
    });
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' });
    response.end(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [platform('amd64'), platform('arm64')],
      }),
    );
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'mistakes-'));
  cpSync(fixture, folder, { recursive: true });
  const file = join(folder, 'farthing.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('REGISTRY', String((registry.address() as AddressInfo).port)));
});

afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function farthing(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1' } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** `file:line:column code` of everything that is wrong in the fixture. */
const wanted = [
  'farthing.yaml:3:7 FAR-SPEC-004', // Home_Lab
  'farthing.yaml:4:17 FAR-SPEC-004', // 1.36.4
  'farthing.yaml:5:1 FAR-SPEC-003', // machnies
  'farthing.yaml:10:13 FAR-PLAN-002', // too little memory for a server
  'farthing.yaml:12:3 FAR-SPEC-004', // Micro_1
  'farthing.yaml:13:10 FAR-SPEC-009', // the same machine twice
  'farthing.yaml:14:5 FAR-SPEC-003', // memroy
  'farthing.yaml:17:13 FAR-SPEC-004', // no unit
  'farthing.yaml:18:11 FAR-SPEC-004', // lots
  'farthing.yaml:23:55 FAR-SPEC-007', // the environment lacks it
  'farthing.yaml:24:48 FAR-SPEC-010', // a password in the file
  'farthing.yaml:25:22 FAR-SPEC-004', // arm65
  'farthing.yaml:26:1 FAR-SPEC-006', // storage
  'farthing.yaml:30:5 FAR-SPEC-006', // routes
  'farthing.yaml:31:56 FAR-SPEC-004', // bgi
  'farthing.yaml:33:14 FAR-SPEC-008', // a missing compose file
  'farthing.yaml:34:5 FAR-SPEC-006',
  'farthing.yaml:34:15 FAR-SPEC-009', // two apps with one route
  'shop/compose.yaml:3:12 FAR-IMAGE-002', // no such image
  'shop/compose.yaml:4:5 FAR-COMPOSE-002', // port
  'shop/compose.yaml:6:10 FAR-COMPOSE-003', // MISSING
  'shop/compose.yaml:8:12 FAR-PLAN-001', // fits nowhere
  'shop/compose.yaml:9:5 FAR-COMPOSE-004', // devices
  'shop/compose.yaml:10:15 FAR-COMPOSE-004', // a path of one host
];

it('reports every mistake of a file in one run, with its place and the next step, and touches nothing', async () => {
  const before = readFileSync(join(folder, 'farthing.yaml'), 'utf8');
  const { code, stdout } = await farthing('plan', '--json');
  const { errors } = JSON.parse(stdout) as {
    errors: { file: string; line: number; column: number; code: string; severity: string; hint?: string; message: string }[];
  };
  expect(errors.filter((e) => e.severity === 'error').map((e) => `${e.file}:${e.line}:${e.column} ${e.code}`)).toEqual(wanted);
  for (const error of errors) expect(error.hint, error.message).toBeTruthy();
  expect(code).toBe(2);
  expect(stdout).not.toContain('hunter2');
  expect(readFileSync(join(folder, 'farthing.yaml'), 'utf8')).toBe(before);
  // Only the registry was asked, and only to read.
  expect(asked.every((line) => line.startsWith('GET /v2/') || line.startsWith('HEAD /v2/'))).toBe(true);
});

it('shows each with its line and a caret, and says that nothing was changed', async () => {
  const { code, stdout, stderr } = await farthing('up', '--yes');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  for (const place of wanted) expect(stderr).toContain(`${place.split(' ')[0]}  error ${place.split(' ')[1]}`);
  expect(stderr.match(/^ +\| +\^+$/gm)).toHaveLength(wanted.length);
  expect(stderr).toContain('Nothing was changed.');
});
