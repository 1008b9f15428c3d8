import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** A K3s release tag. Channels and `latest` are refused: the same file has to mean the same cluster. */
export function readK3sVersion(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  if (/^v\d+\.\d+\.\d+(-rc\d+)?\+[a-z][a-z0-9]*$/.test(text.value)) return text;
  return { wrong: `is not a K3s release: ${show(text.value)}`, hint: hintFor(text.value) };
}

function hintFor(text: string): string {
  if (/^(latest|stable|testing|v?\d+\.\d+)$/.test(text))
    return `write one full release, like \`${example}\`: a channel would change the cluster unasked`;
  const match = /^v?(\d+\.\d+\.\d+)(?:[+-]?(k3s\d+))?$/.exec(text);
  return match ? `write \`v${match[1]}+${match[2] ?? 'k3s1'}\`` : `write it like \`${example}\``;
}

const example = 'v1.36.4+k3s1';
