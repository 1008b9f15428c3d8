import type { Diagnostic, Environment } from '../common/index.ts';
import type { Files } from './types.ts';
import type { YamlSource } from './yaml-source.ts';

/** What a check may look at. `data` is the file as it was written: any part of it may be wrong already. */
export interface CheckInput {
  readonly source: YamlSource;
  readonly data: Readonly<Record<string, unknown>>;
  /** Absolute path of a path in the file. */
  resolve(path: string): string;
  readonly env: Environment;
  readonly files: Files;
}

/** Finds problems that no single key shows: names, files, secrets, contradictions. */
export type Check = (input: CheckInput) => readonly Diagnostic[];
