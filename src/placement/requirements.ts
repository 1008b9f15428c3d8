import { type Arch, arches } from '../common/index.ts';
import { archesOf } from '../images/index.ts';
import type { PlacementNode, PlacementUnit } from './types.ts';

/** What a unit must have, before anybody looks for room. */
export type Requirements =
  | {
      readonly kind: 'possible';
      /** Empty = any. */
      readonly arches: readonly Arch[];
      /** Empty = any. */
      readonly nodes: readonly string[];
      /** Those of `nodes` the file asks for, before volumes narrow them. */
      readonly requiredByFile: readonly string[];
      /** Parts of the reason, in order. */
      readonly because: readonly string[];
    }
  | { readonly kind: 'impossible'; readonly why: string; readonly hint: string };

/**
 * Required terms come from three things only: the architectures all images of the pod have, what
 * the file requires, and the node existing volumes are on.
 */
export function requirementsOf(unit: PlacementUnit, nodes: readonly PlacementNode[]): Requirements {
  const byImage = fromImages(unit);
  if (byImage.kind === 'impossible') return byImage;
  const because = [...byImage.because];
  let allowed = byImage.arches;
  let names: readonly string[] = [];
  if (unit.require.length > 0) {
    const asked = arches.filter((arch) => unit.require.includes(arch));
    const machines = unit.require.filter((wish) => !isArch(wish));
    const strangers = machines.filter((name) => !nodes.some((node) => node.name === name));
    if (strangers.length > 0) {
      return {
        kind: 'impossible',
        why: `it requires ${list(strangers)}, which is no machine`,
        hint: `The machines are ${list(nodes.map((n) => n.name))}.`,
      };
    }
    if (machines.length === 0) {
      const both = allowed.length === 0 ? asked : allowed.filter((arch) => asked.includes(arch));
      if (both.length === 0) {
        return {
          kind: 'impossible',
          why: `it requires ${list(asked)}, but ${byImage.because.join(', ')}`,
          hint: 'Drop the requirement or use another image.',
        };
      }
      allowed = both;
    } else {
      // Any of them: an architecture among machine names stands for the machines that have it.
      names = nodes.filter((n) => machines.includes(n.name) || (n.arch !== undefined && asked.includes(n.arch))).map((n) => n.name);
    }
    because.push(`the file requires ${list(unit.require, 'or')}`);
  }
  return fromVolumes(unit, nodes, { arches: allowed, nodes: [...names].sort(), requiredByFile: [...names].sort(), because });
}

function fromImages(unit: PlacementUnit): Requirements {
  const because: string[] = [];
  let allowed: readonly Arch[] | undefined;
  for (const image of unit.images) {
    if (image.platforms.length === 0) {
      because.push(
        image.missing
          ? `${image.image} does not exist`
          : `the architectures of ${image.image} are unknown (${image.reason ?? 'not looked up'})`,
      );
      continue;
    }
    const has = archesOf(image);
    if (has.length === 0) {
      return {
        kind: 'impossible',
        why: `${image.image} runs on neither ${arches.join(' nor ')}: it is for ${list(image.platforms)}`,
        hint: 'Use an image that is built for one of them.',
      };
    }
    because.push(
      `${image.image} is for ${list(has)}${image.certainty === 'name' ? `, judging by its name only (${image.reason ?? 'no answer'})` : ''}`,
    );
    const before: readonly Arch[] = allowed ?? has;
    allowed = before.filter((arch) => has.includes(arch));
    if (allowed.length === 0) {
      return {
        kind: 'impossible',
        why: `its images have no architecture in common: ${because.join(', ')}`,
        hint: 'Use images that share one.',
      };
    }
  }
  return { kind: 'possible', arches: allowed ?? [], nodes: [], requiredByFile: [], because };
}

function fromVolumes(
  unit: PlacementUnit,
  nodes: readonly PlacementNode[],
  so: Omit<Extract<Requirements, { kind: 'possible' }>, 'kind'>,
): Requirements {
  const places = [...new Set(unit.pinnedTo)].sort();
  const [place, ...others] = places;
  if (place === undefined) return { kind: 'possible', ...so };
  if (others.length > 0) {
    return {
      kind: 'impossible',
      why: `its volumes are on different machines: ${list(places)}`,
      hint: 'Volumes of one pod must be on one machine; move one of them.',
    };
  }
  const node = nodes.find((n) => n.name === place);
  if (!node)
    return {
      kind: 'impossible',
      why: `its volume is on ${place}, which is no longer a machine of the cluster`,
      hint: `Put ${place} back into the file, or restore the volume elsewhere.`,
    };
  if (so.nodes.length > 0 && !so.nodes.includes(place)) {
    return {
      kind: 'impossible',
      why: `its volume is on ${place}, but the file requires ${list(so.nodes, 'or')}`,
      hint: `Require ${place}, or move the volume.`,
    };
  }
  if (so.arches.length > 0 && node.arch !== undefined && !so.arches.includes(node.arch)) {
    return {
      kind: 'impossible',
      why: `its volume is on ${place} (${node.arch}), but ${so.because.join(', ')}`,
      hint: `Use an image that has ${node.arch}, or move the volume.`,
    };
  }
  return { ...so, kind: 'possible', nodes: [place], because: [...so.because, `its volume is on ${place}`] };
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** True when a wish is an architecture and not a machine. */
export function isArch(wish: string): wish is Arch {
  return (arches as readonly string[]).includes(wish);
}
