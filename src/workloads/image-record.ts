import { stableJson } from '../common/index.ts';
import type { ImageHealthcheck, Platforms } from '../images/index.ts';

/** The annotation of a Deployment that keeps what was known of its images when it was rendered. */
export const imageRecord = 'farthing.dev/images';

/** What a Deployment depends on, of each of its images. */
interface Facts {
  readonly digest?: string;
  readonly certainty: 'index' | 'manifest';
  readonly platforms: readonly string[];
  readonly exposed: readonly string[];
  readonly healthcheck?: ImageHealthcheck;
}

/** As much of a live object as is read here. */
interface LiveDeployment {
  readonly kind: string;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** The record of some images as text; undefined when nothing is known of any. */
export function recordImages(images: readonly (Platforms | undefined)[]): string | undefined {
  const facts = images.flatMap((image) => {
    const known = image && factsOf(image);
    return known ? [[image.image, known] as const] : [];
  });
  return facts.length === 0 ? undefined : stableJson(Object.fromEntries(facts));
}

/**
 * What is known of the images, made steady by what the live Deployments were rendered from: a
 * registry that is silent today must not turn a Service headless or restart a pod, and a tag that
 * moved is noted, not acted upon, as long as the new image runs on the same machines.
 */
export function recallImages(
  platforms: Readonly<Record<string, Platforms>>,
  live: readonly LiveDeployment[],
): Readonly<Record<string, Platforms>> {
  const recorded = new Map(live.flatMap((object) => (object.kind === 'Deployment' ? readRecord(object) : [])));
  return Object.fromEntries(
    Object.entries(platforms).map(([image, now]) => {
      const before = recorded.get(image);
      return [image, before ? steady(image, now, before) : now];
    }),
  );
}

function steady(image: string, now: Platforms, before: Facts): Platforms {
  const today = factsOf(now);
  if (now.missing) return now;
  if (!today) return { image, ...before, notes: [`as looked up earlier; today: ${now.reason ?? 'its config could not be read'}`] };
  const { digest: _old, ...same } = before;
  const { digest: _new, ...found } = today;
  if (stableJson(same) !== stableJson(found)) return now;
  const moved = before.digest !== today.digest;
  return {
    image,
    ...before,
    notes: moved ? [...now.notes, `the tag has moved to ${today.digest ?? 'another image'} since it was applied`] : now.notes,
  };
}

/** Undefined unless everything a Deployment depends on was read. */
function factsOf({ certainty, platforms, exposed, digest, healthcheck }: Platforms): Facts | undefined {
  if ((certainty !== 'index' && certainty !== 'manifest') || exposed === undefined) return undefined;
  return { certainty, platforms, exposed, ...(digest === undefined ? {} : { digest }), ...(healthcheck ? { healthcheck } : {}) };
}

function readRecord(object: LiveDeployment): readonly (readonly [string, Facts])[] {
  try {
    const entries = Object.entries(JSON.parse(object.metadata.annotations?.[imageRecord] ?? '{}') as Record<string, Facts>);
    return entries.filter(([, facts]) => Array.isArray(facts.platforms) && Array.isArray(facts.exposed));
  } catch {
    // Somebody edited it: as good as none.
    return [];
  }
}
