import type { Catalog } from '../catalog/index.ts';
import type { Project } from '../compose/index.ts';
import type { Platforms } from '../images/index.ts';
import type { App } from '../spec/index.ts';

/** What is known of an app before it is placed. */
export interface AppInput {
  readonly app: App;
  readonly project: Project;
  /** By image reference as it is written, of every service and of the catalogue's helpers. */
  readonly platforms: Readonly<Record<string, Platforms>>;
  readonly catalog: Catalog;
}
