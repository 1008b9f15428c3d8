import { describe, expect, it } from 'vitest';
import { defaultVersion, parseOptions } from './options.ts';

const parsed = (...argv: string[]) => {
  const options = parseOptions(argv);
  if (options === 'help') throw new Error('help');
  return options;
};

describe('parseOptions', () => {
  it("takes K3s' own release and script by default", () => {
    const options = parsed('--host', 'root@a');
    expect(options.version).toBe(defaultVersion);
    expect(options.mirror).toBe('https://github.com/k3s-io/k3s/releases/download');
    expect(options.installScript).toBe('https://raw.githubusercontent.com/k3s-io/k3s/v1.36.4%2Bk3s1/install.sh');
    expect([options.yes, options.destroyExisting, options.json, options.agent]).toEqual([false, false, false, undefined]);
  });

  it('takes the script from beside the binary on a mirror', () => {
    const options = parsed('--host', 'a', '--mirror', 'https://m.test/k3s/', '--version', 'v1.36.3+lab1');
    expect(options.installScript).toBe('https://m.test/k3s/v1.36.3%2Blab1/install.sh');
  });

  it('collects what may be repeated', () => {
    expect(parsed('--host', 'a', '--ssh-option', 'Port=2', '--ssh-option', 'User=b').sshOptions).toEqual(['Port=2', 'User=b']);
  });

  it.each<[string, string[]]>([
    ['--host USER@HOST is missing', []],
    ['--agent must be another machine', ['--host', 'a', '--agent', 'a']],
    ['expected a tag like', ['--host', 'a', '--version', 'latest']],
    ["Unknown option '--hots'", ['--hots', 'a']],
  ])('refuses: %s', (message, argv) => {
    expect(() => parseOptions(argv)).toThrow(message);
  });

  it('knows --help without anything else', () => {
    expect(parseOptions(['--help'])).toBe('help');
  });
});
