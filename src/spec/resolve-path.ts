import { posix, win32 } from 'node:path';
import type { Environment } from '../common/index.ts';

/** A path written in the file as an absolute one: relative to the file's folder, `~` is the user's home. */
export function resolvePath(text: string, dir: string, env: Pick<Environment, 'home' | 'platform'>): string {
  const path = env.platform === 'win32' ? win32 : posix;
  if (text === '~') return env.home;
  return path.resolve(dir, /^~[/\\]/.test(text) ? path.join(env.home, text.slice(2)) : text);
}
