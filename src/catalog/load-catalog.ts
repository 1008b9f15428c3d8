import helpers from './data/helpers.json' with { type: 'json' };
import images from './data/images.json' with { type: 'json' };
import k3s from './data/k3s.json' with { type: 'json' };
import machineTypes from './data/machine-types.json' with { type: 'json' };
import overhead from './data/overhead.json' with { type: 'json' };
import { HelperData, ImageData, K3sData, MachineTypeData, OverheadData } from './schema.ts';
import type { Catalog } from './types.ts';

let loaded: Catalog | undefined;

/** The facts this farthing was built with. Nothing is read from disk or network; the same value each time. */
export function loadCatalog(): Catalog {
  loaded ??= read();
  return loaded;
}

function read(): Catalog {
  const { default: k3sDefault, releases } = K3sData.parse(k3s);
  const known = ImageData.parse(images);
  const { wait, backup } = HelperData.parse(helpers);
  return {
    k3s: releases,
    k3sDefault,
    overhead: OverheadData.parse(overhead),
    images: known.images,
    fallback: known.fallback,
    machineTypes: MachineTypeData.parse(machineTypes),
    helpers: { wait: wait.image, backup: backup.image },
    helperSources: [wait, backup],
  };
}
