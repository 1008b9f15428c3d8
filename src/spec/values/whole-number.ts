import { kindOf, type Read, show } from '../value.ts';

/** A whole number between `least` and `most`. */
export function readWholeNumber(least: number, most: number): (input: unknown) => Read<number> {
  return (input) => {
    if (typeof input !== 'number') return { wrong: `should be a whole number, but is ${kindOf(input)}` };
    if (Number.isInteger(input) && input >= least && input <= most) return { value: input };
    return {
      wrong: `should be a whole number from ${least} to ${most}, not ${show(input)}`,
      hint: `write a number like \`${Math.max(1, least)}\``,
    };
  };
}

/** `true` or `false`; the other words YAML once took for them are refused with the one that is meant. */
export function readBoolean(input: unknown): Read<boolean> {
  if (typeof input === 'boolean') return { value: input };
  const meant = typeof input === 'string' && /^(yes|on|y|1)$/i.test(input) ? 'true' : 'false';
  return { wrong: `should be \`true\` or \`false\`, not ${show(input)}`, hint: `write \`${meant}\`` };
}
