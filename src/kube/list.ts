import { readRefusal, refusalError } from './refusal.ts';
import type { Transport } from './transport.ts';
import type { LiveObject } from './types.ts';

/** What to list. */
export interface Listing {
  readonly transport: Transport;
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly labels?: string;
  readonly fields?: string;
}

const pageSize = '500';

/** All objects of a collection, page by page; begins again when the snapshot the pages come from is gone. */
export async function listAll(options: Listing): Promise<LiveObject[]> {
  let items: LiveObject[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const query = { limit: pageSize, continue: next || undefined, labelSelector: options.labels, fieldSelector: options.fields };
    const answer = await options.transport.request({ method: 'GET', path: options.path, query });
    if (answer.status === 410 && next) {
      items = [];
      next = '';
      continue;
    }
    if (answer.status >= 400) throw refusalError(`Listing ${options.kind}`, readRefusal(answer.status, answer.text, answer.retryAfter));
    const page = JSON.parse(answer.text) as { items?: LiveObject[]; metadata?: { continue?: string } };
    // Items of a list carry neither apiVersion nor kind.
    for (const item of page.items ?? []) items.push({ ...item, apiVersion: options.apiVersion, kind: options.kind });
    next = page.metadata?.continue || undefined;
  }
  return items;
}
