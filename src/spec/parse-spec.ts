import { type Diagnostic, type Environment, sortDiagnostics } from '../common/index.ts';
import type { Check, CheckInput } from './check.ts';
import { checkFiles } from './checks/files.ts';
import { checkMachines } from './checks/machines.ts';
import { checkNames } from './checks/names.ts';
import { checkNetwork } from './checks/network.ts';
import { checkRenames } from './checks/renames.ts';
import { checkRoles } from './checks/roles.ts';
import { checkRoutes } from './checks/routes.ts';
import { checkSecrets } from './checks/secrets.ts';
import { checkWishes } from './checks/wishes.ts';
import { diagnosticsOfIssues } from './issues.ts';
import { asMap } from './plain.ts';
import { resolvePath } from './resolve-path.ts';
import { resolveSpec } from './resolve-spec.ts';
import { salvage } from './salvage.ts';
import { FarthingFile } from './schema.ts';
import type { Files, Spec } from './types.ts';
import { readYaml } from './yaml-source.ts';

const checks: readonly Check[] = [
  checkNames,
  checkRoles,
  checkMachines,
  checkNetwork,
  checkRenames,
  checkWishes,
  checkFiles,
  checkSecrets,
  checkRoutes,
];

/** Where a spec is read: how messages call the file, its folder (absolute: paths in it are relative to that), and the ports it needs. */
export interface SpecOptions {
  readonly file: string;
  readonly dir: string;
  readonly env: Environment;
  readonly files: Files;
}

/**
 * Reads farthing.yaml. All problems are found in one pass, each with its place and the next step.
 * Never throws, whatever the text.
 *
 * `spec` is what could be understood, also when there are errors: then it is good for looking at
 * Compose files, images and sizes in the same run, and for nothing else. Apps whose Compose file does
 * not exist are left out of it: that has been said here.
 */
export function parseSpec(text: string, options: SpecOptions): { readonly spec?: Spec; readonly diagnostics: readonly Diagnostic[] } {
  const { source, diagnostics: yaml } = readYaml(text, options.file);
  if (!source) return { diagnostics: sortDiagnostics(yaml) };
  const resolve = (path: string) => resolvePath(path, options.dir, options.env);
  const input: CheckInput = { source, data: asMap(source.data), resolve, env: options.env, files: options.files };
  const parsed = FarthingFile.safeParse(source.data);
  const issues = parsed.success ? [] : diagnosticsOfIssues(parsed.error.issues, source);
  const diagnostics = sortDiagnostics([...yaml, ...issues, ...checks.flatMap((check) => check(input))]);
  const file = parsed.success ? parsed.data : salvage(source.data);
  if (!file) return { diagnostics };
  const spec = resolveSpec(file, source, options.dir, resolve);
  const apps = spec.apps.filter((app) => app.compose.every((path) => options.files.kindOf(path) === 'file'));
  return { diagnostics, spec: { ...spec, apps } };
}
