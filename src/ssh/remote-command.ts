import { quoteWord } from './quote.ts';

/**
 * Becomes root when asked to and runs `sh` with a fixed locale and a PATH that has the sbin folders:
 * a plain user's often has none, and sudo's secure_path on RHEL lacks /usr/local/bin.
 */
const become = `
as_root=$1; shift
set -- env LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh "$@"
if [ "$as_root" = yes ] && [ "$(id -u)" != 0 ]; then set -- sudo -n "$@"; fi
exec "$@"`;

/** The single word given to ssh that runs a script: from standard input, or (with input for it) as an argument. */
export function remoteCommand(script: string | undefined, options: { readonly root: boolean; readonly args: readonly string[] }): string {
  const how = script === undefined ? ['-s', '--'] : ['-c', script, 'farthing'];
  return ['sh', '-c', become, 'farthing', options.root ? 'yes' : 'no', ...how, ...options.args].map(quoteWord).join(' ');
}

/**
 * A script as it is sent over standard input: in braces, so that the shell reads it whole before it
 * does anything (a broken connection runs nothing), and away from commands that read their input.
 */
export function wrapScript(script: string): string {
  return `{\n${script}\n} </dev/null\n`;
}
