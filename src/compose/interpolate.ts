/** Gives a variable's value; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

/** The text with its variables filled in, and what went wrong on the way. */
export interface Interpolated {
  readonly text: string;
  /** Set nowhere and without a default: became empty. */
  readonly missing: readonly string[];
  /** Malformed `${…}`, and `${V:?message}` that was not met. */
  readonly errors: readonly string[];
}

const name = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const operators = [':-', ':?', ':+', '-', '?', '+'] as const;

/**
 * Fills in `$V`, `${V}`, `${V:-d}`, `${V-d}`, `${V:?e}`, `${V?e}`, `${V:+r}`, `${V+r}`; `$$` is one
 * dollar, any other `$` stays. A default is only looked at when it is used.
 * compose-spec 12-interpolation.md; `+` is in compose-go only.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  const missing: string[] = [];
  const errors: string[] = [];
  const fill = (part: string): string => {
    let out = '';
    let at = 0;
    while (at < part.length) {
      const dollar = part.indexOf('$', at);
      if (dollar < 0) return out + part.slice(at);
      out += part.slice(at, dollar);
      const next = part[dollar + 1];
      const plain = next === '{' ? undefined : nameAt(part, dollar + 1);
      if (next === '$') {
        out += '$';
        at = dollar + 2;
      } else if (plain !== undefined) {
        out += value(plain);
        at = dollar + 1 + plain.length;
      } else if (next === '{') {
        const end = closing(part, dollar + 2);
        if (end === undefined) {
          errors.push(`"${part.slice(dollar, dollar + 20)}" is not closed by }`);
          return out;
        }
        out += braced(part.slice(dollar + 2, end));
        at = end + 1;
      } else {
        out += '$';
        at = dollar + 1;
      }
    }
    return out;
  };
  const value = (variable: string): string => {
    const found = lookup(variable);
    if (found === undefined) missing.push(variable);
    return found ?? '';
  };
  const braced = (inside: string): string => {
    const variable = nameAt(inside, 0);
    const rest = inside.slice(variable?.length ?? 0);
    const operator = operators.find((o) => rest.startsWith(o));
    if (variable === undefined || (rest !== '' && operator === undefined)) {
      errors.push(`"\${${inside}}" is not a variable; write $$ for a dollar sign`);
      return '';
    }
    if (operator === undefined) return value(variable);
    const word = rest.slice(operator.length);
    const found = lookup(variable);
    const set = found !== undefined && !(operator.startsWith(':') && found === '');
    if (operator.endsWith('+')) return set ? fill(word) : '';
    if (set) return found;
    if (operator.endsWith('-')) return fill(word);
    errors.push(`${variable} is not set${word === '' ? '' : `: ${fill(word)}`}`);
    return '';
  };
  return { text: fill(text), missing, errors };
}

function nameAt(text: string, at: number): string | undefined {
  name.lastIndex = at;
  return name.exec(text)?.[0];
}

/** Where the brace that was opened before `at` ends; only `${` nests. */
function closing(text: string, at: number): number | undefined {
  let depth = 1;
  for (let i = at; i < text.length; i += 1) {
    if (text[i] === '}') depth -= 1;
    else if (text[i] === '$' && text[i + 1] === '{') depth += 1;
    if (depth === 0) return i;
  }
  return undefined;
}
