/** Names with `*` and `?`, as the RemoveFile and MoveFile tables have them. */

/** Whether a name fits; case does not count, and `*.*` is every name. Takes time by both lengths, whatever the pattern. */
export function fitsWildcards(pattern: string, name: string): boolean {
  const wanted = pattern === '*.*' ? '*' : pattern.toLowerCase();
  const given = name.toLowerCase();
  let [at, next] = [0, 0];
  /** Where the last star is, and how far it has reached. */
  let [star, reached] = [-1, 0];
  while (next < given.length) {
    const character = wanted.charAt(at);
    if (character === '*') {
      star = at;
      reached = next;
      at += 1;
    } else if (character === '?' || (character !== '' && character === given.charAt(next))) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      reached += 1;
      at = star + 1;
      next = reached;
    } else return false;
  }
  while (wanted.charAt(at) === '*') at += 1;
  return at === wanted.length;
}
