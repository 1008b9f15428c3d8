import { type Arch, didYouMean } from '../../common/index.ts';
import { type Read, show } from '../value.ts';

/** One of a few words; `aliases` maps what people also write to the word that is meant. */
export function readChoice<const T extends string>(
  words: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): (input: unknown) => Read<T> {
  const all = words.map((word) => `\`${word}\``).join(' or ');
  return (input) => {
    const found = words.find((word) => word === input);
    if (found !== undefined) return { value: found };
    const meant = typeof input === 'string' ? (own(aliases, input.toLowerCase()) ?? didYouMean(input, words)) : undefined;
    return { wrong: `should be ${all}, not ${show(input)}`, hint: meant === undefined ? 'choose one of them' : `write \`${meant}\`` };
  };
}

function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The architecture a person means by another word for it. */
export function archMeant(text: string): Arch | undefined {
  return own<Arch>(archAliases, text.toLowerCase());
}

/** What else people call the two architectures. */
export const archAliases = {
  x86_64: 'amd64',
  x86: 'amd64',
  x64: 'amd64',
  amd: 'amd64',
  intel: 'amd64',
  aarch64: 'arm64',
  arm: 'arm64',
  armv8: 'arm64',
} as const;
