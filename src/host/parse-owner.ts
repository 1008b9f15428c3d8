import { z } from 'zod';
import type { OwnerMark } from './types.ts';

const Mark = z.object({
  id: z.string().min(1),
  cluster: z.string(),
  machine: z.string(),
  version: z.string(),
  before: z.record(z.string(), z.string()).default({}),
});

/** /etc/farthing/owner; undefined when there is none. A damaged one belongs to `unknown`, so that nobody takes the host by mistake. */
export function parseOwner(text: string): OwnerMark | undefined {
  if (text.trim() === '') return undefined;
  try {
    return Mark.parse(JSON.parse(text));
  } catch {
    return { id: 'unknown', cluster: 'unknown (the file is damaged)', machine: '', version: '', before: {} };
  }
}
