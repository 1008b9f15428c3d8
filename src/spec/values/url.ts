import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** An http or https URL without credentials in it. */
export function readUrl(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  const url = URL.canParse(text.value) ? new URL(text.value) : undefined;
  if (url?.username || url?.password) {
    return { wrong: 'has a user or password in it', code: 'FAR-SPEC-010', hint: 'remove what stands before the `@`' };
  }
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { wrong: `is not a URL: ${show(text.value)}`, hint: `write it with its scheme, like \`https://${bare(text.value)}\`` };
  }
  return { value: text.value.replace(/\/+$/, '') };
}

function bare(text: string): string {
  const rest = text.replace(/^[a-z+.-]*:?\/*/i, (scheme) => (scheme.includes('/') ? '' : scheme));
  return /^[\w.-]+(:\d+)?(\/\S*)?$/.test(rest) ? rest : 'mirror.example.org';
}
