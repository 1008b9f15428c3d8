import type { NodeAffinity, NodeSelectorRequirement } from 'kubernetes-types/core/v1.js';
import { arches } from '../common/index.ts';
import type { Decision } from '../placement/index.ts';

/**
 * A decision as node affinity. Required: architectures and what the file names, never a node only
 * because a volume is there (the volume says so itself, and the template stays the same when it
 * comes to be). Preferred: best first, each worth 0.6 of the one before. Undefined when it is free.
 */
export function renderAffinity(decision: Decision | undefined): NodeAffinity | undefined {
  if (decision?.kind !== 'placed') return undefined;
  const required: NodeSelectorRequirement[] = [
    ...(decision.arches.length > 0 ? [{ key: 'kubernetes.io/arch', operator: 'In' as const, values: [...decision.arches] }] : []),
    ...(decision.requiredByFile.length > 0
      ? [{ key: 'kubernetes.io/hostname', operator: 'In' as const, values: [...decision.requiredByFile] }]
      : []),
  ];
  const preferred = decision.prefer.map((wish, i) => ({
    weight: Math.max(1, Math.round(100 * 0.6 ** i)),
    preference: {
      matchExpressions: [
        {
          key: (arches as readonly string[]).includes(wish) ? 'kubernetes.io/arch' : 'kubernetes.io/hostname',
          operator: 'In' as const,
          values: [wish],
        },
      ],
    },
  }));
  if (required.length === 0 && preferred.length === 0) return undefined;
  return {
    ...(required.length > 0
      ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: required }] } }
      : {}),
    ...(preferred.length > 0 ? { preferredDuringSchedulingIgnoredDuringExecution: preferred } : {}),
  };
}
