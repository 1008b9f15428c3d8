import { dirname, join } from 'node:path';
import type { Environment } from '../src/common/index.ts';
import type { ProjectFiles } from '../src/compose/index.ts';

/** A folder `/project` held in memory, for golden files. Names ending `/` are empty folders, `.sock` are sockets. */
export function memoryProject(files: ReadonlyMap<string, string>): ProjectFiles {
  const paths = new Map([...files].filter(([name]) => name !== '').map(([name, text]) => [join('/project', name), text]));
  const folders = new Set(
    [...paths.keys()]
      .flatMap((path) => ancestors(path.replace(/\/$/, '')))
      .concat([...paths.keys()].filter((p) => p.endsWith('/')).map((p) => p.slice(0, -1))),
  );
  return {
    read: async (path) => {
      const text = paths.get(path);
      if (text === undefined) throw new Error(`no file ${path}`);
      // `base64:` lets a golden file hold bytes that are no text.
      return text.startsWith('base64:') ? Buffer.from(text.slice(7), 'base64') : Buffer.from(text);
    },
    stat: async (path) => {
      const text = paths.get(path);
      if (text !== undefined)
        return {
          kind: path.endsWith('.sock') ? 'other' : 'file',
          size: Buffer.byteLength(text),
          mode: path.endsWith('.sh') ? 0o100755 : 0o100644,
        };
      return folders.has(path) ? { kind: 'folder', size: 0, mode: 0o40755 } : undefined;
    },
    list: async (path) => [
      ...new Set([...paths.keys(), ...folders].filter((p) => dirname(p) === path && !p.endsWith('/')).map((p) => p.slice(path.length + 1))),
    ],
  };
}

/** An environment of exactly these variables. */
export function environmentOf(variables: Readonly<Record<string, string>>): Environment {
  return {
    get: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    home: '/home/me',
    cwd: '/project',
    platform: 'linux',
  };
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' || parent === '.' ? [] : [parent, ...ancestors(parent)];
}
