import { lines, parsePairs } from './sections.ts';
import type { K3sFacts } from './types.ts';

/** The start is known to the second: a file changed so shortly after it counts as seen. */
const slack = 2;

/** The K3s part of the facts; undefined when nothing of K3s is on the host. */
export function parseK3sFacts(sections: ReadonlyMap<string, string>, marked: boolean): K3sFacts | undefined {
  const text = (name: string) => sections.get(name) ?? '';
  const name = text('unit-k3s').trim() !== '' ? 'k3s' : text('unit-k3s-agent').trim() !== '' ? 'k3s-agent' : undefined;
  const [binarySha256, version] = lines(text('k3s-binary'));
  const config = dated(text('k3s-config'));
  const registries = dated(text('k3s-registries'));
  const kubeconfig = text('kubeconfig');
  if (!name && !binarySha256 && !config && text('k3s-data').trim() === '') return undefined;

  const unit = name ? text(`unit-${name}`) : '';
  const show = parsePairs(unit);
  const startedAt = Number(show.started ?? 0);
  const changedAt = Math.max(config?.at ?? 0, registries?.at ?? 0);
  return {
    role: name === undefined ? undefined : name === 'k3s' ? 'server' : 'agent',
    binarySha256,
    version,
    installScriptSha256: lines(text('k3s-install-script'))[0],
    unitSha256: lines(unit)[0],
    ...optional('unitRecordedSha256', lines(text('unit-recorded'))[0]),
    unitState: show.ActiveState ?? 'absent',
    enabled: show.UnitFileState === 'enabled',
    config: config?.body,
    registriesSha256: registries?.body.trim(),
    stale: show.ActiveState === 'active' && startedAt > 0 && changedAt > startedAt + slack,
    ours: marked,
    kubeconfig: kubeconfig === '' ? undefined : kubeconfig,
  };
}

/** A section whose first line is the file's time of change, in seconds. */
function dated(text: string): { readonly at: number; readonly body: string } | undefined {
  const end = text.indexOf('\n');
  if (text === '' || end < 0) return undefined;
  return { at: Number(text.slice(0, end)), body: text.slice(end + 1) };
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: string });
}
