/**
 * A word of command or args that Kubernetes leaves as it is: there, `$$` becomes `$` and `$(NAME)` a
 * variable's value, which Docker does not do.
 */
export function escapeExpansion(word: string): string {
  return /\$[$(]/.test(word) ? word.replaceAll('$', '$$$$') : word;
}
