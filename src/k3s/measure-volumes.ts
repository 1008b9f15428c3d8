import type { Bytes } from '../common/index.ts';
import type { Shell } from '../ssh/index.ts';

// Apparent sizes would call a sparse database file full: what is on the disk is what is lost.
const script = `
for folder in /var/lib/rancher/k3s/storage/*/; do
    [ -d "$folder" ] && printf '%s %s\\n' "$(du -s -B1 "$folder" | cut -f1)" "\${folder%/}"
done
true
`;

/** Bytes on disk of each volume's folder on a machine, by path. Reads every folder: for `down` and `prune`, not for plans. */
export async function measureVolumes(shell: Shell): Promise<Readonly<Record<string, Bytes>>> {
  const { stdout } = await shell.run(script, { timeout: 120_000 });
  return Object.fromEntries(
    stdout
      .split('\n')
      .map((line) => /^(\d+) (.+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, bytes, path]) => [path as string, Number(bytes)]),
  );
}
