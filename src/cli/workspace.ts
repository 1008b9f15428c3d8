import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../common/index.ts';
import { FarthingError } from '../common/index.ts';
import { loadProject, type Project } from '../compose/index.ts';
import { parseSpec, type Spec } from '../spec/index.ts';
import type { CommandContext } from './command.ts';
import { readText, realFiles } from './real-files.ts';

/** The user's files, read and checked. */
export interface Workspace {
  /** As much of the file as could be understood; undefined when it is no YAML mapping at all. */
  readonly spec: Spec | undefined;
  readonly projects: Readonly<Record<string, Project>>;
  /** Text of every file a diagnostic may point into, by the name it is shown under. */
  readonly sources: Map<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads farthing.yaml and the Compose files it names. Collects every problem; throws only when there is no file at all. */
export async function loadWorkspace(file: string, context: CommandContext): Promise<Workspace> {
  const path = resolve(context.env.cwd, file);
  const text = readText(path);
  if (text === undefined) {
    throw new FarthingError('FAR-SPEC-001', `there is no ${file}`, { hint: 'Write one with `farthing init`, or name yours with -f.' });
  }
  const sources = new Map([[file, text]]);
  const { spec, diagnostics } = parseSpec(text, { file, dir: dirname(path), files: realFiles, env: context.env });
  const projects: Record<string, Project> = {};
  const found: Diagnostic[] = [...diagnostics];
  for (const app of spec?.apps ?? []) {
    const loaded = await loadProject({
      files: app.compose,
      projectName: app.name,
      profiles: app.profiles,
      io: realFiles,
      env: context.env,
    });
    found.push(...loaded.diagnostics);
    if (loaded.project) projects[app.name] = loaded.project;
  }
  for (const { location } of found) addSource(location?.file, sources, context);
  return { spec, projects, sources, diagnostics: found };
}

/** Adds the text of a file a diagnostic points into, so that its lines can be shown. */
export function addSource(file: string | undefined, sources: Map<string, string>, context: CommandContext): void {
  if (file === undefined || sources.has(file)) return;
  const text = readText(resolve(context.env.cwd, file));
  if (text !== undefined) sources.set(file, text);
}
