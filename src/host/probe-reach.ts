import type { Shell } from '../ssh/index.ts';
import { lines } from './sections.ts';
import type { Reachability } from './types.ts';

/** A port of another machine. */
export interface ReachTarget {
  readonly to: string;
  readonly address: string;
  readonly port: number;
}

/**
 * Connects to each `name address port` ($1 $2 $3 …), all at once, and prints `name port result`.
 * "No route to host" comes from a rejecting host firewall and from an address nobody has: the
 * neighbour table tells them apart.
 */
const script = `
try() { # NAME ADDRESS PORT
    answer=$(LC_ALL=C timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$3" 2>&1)
    case $?:$answer in
        0:*) result=open ;;
        124:*) result=timeout ;;
        *refused*) result=refused ;;
        *'Network is unreachable'*) result=no-route ;;
        *'No route to host'*)
            case $(ip neigh show "$2") in *FAILED*|*INCOMPLETE*) result=no-route ;; *) result=prohibited ;; esac ;;
        *) result=timeout ;;
    esac
    echo "$1 $3 $result"
}
while [ $# -gt 0 ]; do
    try "$1" "$2" "$3" &
    shift 3
done
wait
`;

/** Tries tcp ports of other machines from one. Takes at most four seconds. */
export async function probeReach(
  shell: Shell,
  targets: readonly ReachTarget[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Reachability[]> {
  if (targets.length === 0) return [];
  const args = targets.flatMap((target) => [target.to, target.address, String(target.port)]);
  const { stdout } = await shell.run(script, { args, root: false, ...options });
  return lines(stdout).flatMap((line) => {
    const [to = '', port, result] = line.split(' ');
    return isResult(result) ? [{ from: shell.machine, to, protocol: 'tcp' as const, port: Number(port), result }] : [];
  });
}

function isResult(text: string | undefined): text is Reachability['result'] {
  return text === 'open' || text === 'refused' || text === 'prohibited' || text === 'timeout' || text === 'no-route';
}
