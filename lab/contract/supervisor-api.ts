import { agentPassword, serverPassword } from './bench.ts';
import { type HttpAnswer, parseHttp } from './parse/http.ts';
import type { Host } from './remote.ts';

/** Who asks. */
export type Caller = 'nobody' | 'node' | 'server' | 'stranger';

const credentials: Readonly<Record<Caller, string>> = {
  nobody: '',
  node: `node:${agentPassword}`,
  server: `server:${serverPassword}`,
  stranger: 'node:wrong-password',
};

/** Asks the supervisor port of the server from the server itself, past certificate checks. */
export async function ask(host: Host, caller: Caller, path: string, headers: readonly string[] = []): Promise<HttpAnswer> {
  const script = `url=$1 user=$2; shift 2
    # The password goes in by a configuration on stdin, not through the process list.
    { [ -z "$user" ] || printf 'user = "%s"\\n' "$user"
      for header in "$@"; do printf 'header = "%s"\\n' "$header"; done
    } | curl -sk -m 20 -K - -w '\\n%{http_code}' "$url"`;
  const out = await host.need(script, { args: [`https://127.0.0.1:6443${path}`, credentials[caller], ...headers] });
  return parseHttp(out);
}
