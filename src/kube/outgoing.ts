import { mapSealed, Sealed } from '../common/index.ts';
import type { Manifest } from '../workloads/index.ts';

/** A manifest ready to send, and what takes its secrets out of the server's answer. */
export interface Outgoing {
  readonly body: string;
  /** Replaces every secret value of the manifest, plain or base64, in a text. */
  readonly hide: (text: string) => string;
}

/**
 * The only place where Sealed values become text: the JSON that is sent. A Secret's `stringData` is
 * sent as `data`, because the server forgets who owns a key that came as `stringData` and would
 * keep it when it is taken away again.
 */
export function outgoing(manifest: Manifest): Outgoing {
  const secrets = new Set<string>();
  const plain = mapSealed(foldStringData(manifest), (leaf: Sealed) => {
    const text = leaf.reveal();
    secrets.add(text);
    return text;
  });
  return { body: JSON.stringify(plain), hide: (text) => hideAll(text, secrets) };
}

/** A Secret with `stringData` turned into `data`: each value base64, sealed if it was. Others as they are. */
export function foldStringData(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret' || manifest.apiVersion !== 'v1' || manifest.stringData === undefined) return manifest;
  const { stringData, ...rest } = manifest;
  const encoded = Object.entries(stringData as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, value instanceof Sealed ? new Sealed(base64(value.reveal())) : base64(String(value))]);
  return { ...rest, data: { ...(manifest.data as object | undefined), ...Object.fromEntries(encoded) } } as unknown as Manifest;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function hideAll(text: string, secrets: ReadonlySet<string>): string {
  let hidden = text;
  const forms = [...secrets].flatMap((secret) => [secret, Buffer.from(secret, 'base64').toString('utf8'), base64(secret)]);
  // Longest first, so that a secret inside another leaves no rest; one or two letters are no secret.
  for (const form of forms.filter((item) => item.length > 2).sort((a, b) => b.length - a.length))
    hidden = hidden.replaceAll(form, '(sealed)');
  return hidden;
}
