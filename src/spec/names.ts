/** Whether a text is a lower-case DNS label (RFC 1123): what Kubernetes takes as a namespace, node or service name. */
export function isDnsLabel(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** The DNS label nearest to what was written, or undefined when nothing of it can be kept. */
export function toDnsLabel(text: string): string | undefined {
  const label = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return label === '' ? undefined : label;
}
