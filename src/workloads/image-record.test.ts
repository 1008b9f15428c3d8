import { describe, expect, it } from 'vitest';
import type { Platforms } from '../images/index.ts';
import { imageRecord, recallImages, recordImages } from './image-record.ts';

const known: Platforms = {
  image: 'db',
  digest: 'sha256:1',
  platforms: ['linux/amd64', 'linux/arm64'],
  certainty: 'index',
  notes: [],
  exposed: ['3306/tcp'],
  healthcheck: { test: ['x'], interval: 1000, timeout: 1000, retries: 1, startPeriod: 0 },
};
const live = (images: readonly Platforms[]) => [
  { kind: 'Deployment', metadata: { annotations: { [imageRecord]: recordImages(images) ?? '' } } },
  { kind: 'Deployment', metadata: {} },
  { kind: 'Deployment', metadata: { annotations: { [imageRecord]: 'edited' } } },
];
const recall = (now: Platforms, before: readonly Platforms[] = [known]) => recallImages({ db: now }, live(before)).db as Platforms;
const silent: Platforms = { image: 'db', platforms: [], certainty: 'unknown', reason: 'no answer', notes: [] };

describe('recallImages', () => {
  it('remembers what a silent registry cannot say', () => {
    expect(recall(silent)).toEqual({ ...known, notes: ['as looked up earlier; today: no answer'] });
    const { exposed: _, ...half } = known;
    expect(recall(half).exposed).toEqual(['3306/tcp']);
    expect(recall(silent, [])).toEqual(silent);
  });

  it('notes a tag that moved, and keeps the digest of what runs', () => {
    const moved = recall({ ...known, digest: 'sha256:2' });
    expect(moved).toMatchObject({ digest: 'sha256:1', notes: ['the tag has moved to sha256:2 since it was applied'] });
    expect(recordImages([moved])).toBe(recordImages([known]));
  });

  it('believes what is new where it matters, and what is missing', () => {
    const narrower: Platforms = { ...known, digest: 'sha256:2', platforms: ['linux/amd64'] };
    expect(recall(narrower)).toEqual(narrower);
    expect(recall({ ...silent, missing: true }).missing).toBe(true);
  });

  it('records nothing it does not know', () => {
    expect(recordImages([silent, undefined])).toBeUndefined();
  });
});
