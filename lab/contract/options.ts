import { parseArgs } from 'node:util';

/** What the caller asked for. */
export interface Options {
  readonly host: string;
  readonly agent?: string;
  readonly version: string;
  /** Base of the release files: `<mirror>/<version>/k3s`. */
  readonly mirror: string;
  /** Address or path of the install script; default beside the binary on a mirror, else K3s' own at that tag. */
  readonly installScript: string;
  /** Local binary instead of a download. */
  readonly binary?: string;
  /** A registry that serves docker.io's images to the nodes, with its CA file. */
  readonly imageRegistry?: string;
  readonly imageCa?: string;
  readonly sshOptions: readonly string[];
  readonly only: readonly string[];
  readonly destroyExisting: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** The release that the contract was written for. */
export const defaultVersion = 'v1.36.4+k3s1';
const github = 'https://github.com/k3s-io/k3s/releases/download';

/** The words of `--help`. */
export const usage = `Usage: npm run lab:contract -- --host USER@HOST [options]

Plays K3s' life on a host (install, join, fail, restart, uninstall) and compares what is seen from outside
with what K3s promises. The host is changed, and left without K3s at the end. Use a machine you can lose.

  --host USER@HOST         becomes the server; root, or sudo without a password
  --agent USER@HOST        becomes an agent; without it the checks of joining are skipped
  --version VERSION        release to install (default ${defaultVersion})
  --mirror URL             base of the release files (default GitHub's)
  --install-script URL     install.sh (default: beside the files of --mirror, else K3s' own at the version)
  --binary FILE            a local k3s binary instead of the mirror's
  --image-registry URL     where nodes find docker.io's images   --image-ca FILE   its certificate authority
  --ssh-option OPTION      passed to ssh as -o OPTION, repeatable
  --only SCENE             play this scene only (and what it needs), repeatable
  --destroy-existing       go on although the host already has K3s: it is uninstalled first
  --yes                    do not ask
  --json                   result as JSON on stdout
  --verbose                say each check on stderr as it is made
`;

/** Reads the command line; throws an Error whose message says what is wrong. */
export function parseOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      host: { type: 'string' },
      agent: { type: 'string' },
      version: { type: 'string', default: defaultVersion },
      mirror: { type: 'string' },
      'install-script': { type: 'string' },
      binary: { type: 'string' },
      'image-registry': { type: 'string' },
      'image-ca': { type: 'string' },
      'ssh-option': { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      'destroy-existing': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.host === undefined) throw new Error('--host USER@HOST is missing');
  if (values.agent === values.host) throw new Error('--agent must be another machine than --host');
  if (!/^v\d+\.\d+\.\d+\+\w+$/.test(values.version)) throw new Error(`--version ${values.version}: expected a tag like ${defaultVersion}`);
  const mirror = (values.mirror ?? github).replace(/\/+$/, '');
  const tag = encodeURIComponent(values.version);
  const beside = `${mirror}/${tag}/install.sh`;
  const own = `https://raw.githubusercontent.com/k3s-io/k3s/${tag}/install.sh`;
  return {
    host: values.host,
    ...(values.agent === undefined ? {} : { agent: values.agent }),
    version: values.version,
    mirror,
    installScript: values['install-script'] ?? (values.mirror === undefined ? own : beside),
    ...(values.binary === undefined ? {} : { binary: values.binary }),
    ...(values['image-registry'] === undefined ? {} : { imageRegistry: values['image-registry'] }),
    ...(values['image-ca'] === undefined ? {} : { imageCa: values['image-ca'] }),
    sshOptions: values['ssh-option'],
    only: values.only,
    destroyExisting: values['destroy-existing'],
    yes: values.yes,
    json: values.json,
    verbose: values.verbose,
  };
}
