import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerQuery, parseQuestion } from './dns.ts';

const names = new Map([['registry.lab', '10.77.0.1']]);
const server = createSocket('udp4');
const resolver = new Resolver({ timeout: 2000, tries: 1 });

beforeAll(async () => {
  server.on('message', (query, from) => {
    const answer = answerQuery(query, names);
    if (answer) {
      server.send(answer, from.port, from.address);
    }
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
});

afterAll(() => server.close());

test('a resolver understands the answers', async () => {
  await expect(resolver.resolve4('registry.lab')).resolves.toEqual(['10.77.0.1']);
  await expect(resolver.resolve4('REGISTRY.lab')).resolves.toEqual(['10.77.0.1']);
});

test('a name that is not known does not exist; a known one has no other data', async () => {
  await expect(resolver.resolve4('example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolve6('registry.lab')).rejects.toMatchObject({ code: 'ENODATA' });
});

test.each([
  ['too short', Buffer.alloc(5)],
  ['a label that runs over the end', Buffer.from('000001000001000000000000ff61000001', 'hex')],
  ['an answer and not a question', Buffer.from('0000800000010000000000000161000001000100', 'hex')],
])('%s is no question', (_, bytes) => {
  expect(parseQuestion(bytes)).toBeUndefined();
  expect(answerQuery(bytes, names)).toBeUndefined();
});
