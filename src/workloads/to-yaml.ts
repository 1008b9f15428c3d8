import { stringify } from 'yaml';
import { mapSealed } from '../common/index.ts';
import type { Manifest } from './types.ts';

/** Objects as YAML documents, for `farthing render`. `sealed` shows `(sealed)` in the place of every secret value. */
export function toYaml(objects: readonly Manifest[], { secrets }: { readonly secrets: 'sealed' | 'revealed' }): string {
  return objects
    .map((object) => mapSealed(object, (leaf) => (secrets === 'revealed' ? leaf.reveal() : String(leaf))))
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}
