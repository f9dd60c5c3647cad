/** Text from a package as it is answered: never longer than a reader can use. */
import { installerTextLimit } from '@holdfast/contract';

export function cut(text: string): string {
  return text.length <= installerTextLimit ? text : `${text.slice(0, installerTextLimit - 1)}…`;
}

/** As `cut`; null where there is nothing. */
export function cutOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : cut(text);
}

/** A search that does not mind upper and lower case. One text may stand in every row: each is looked at once. */
export function finder(search: string): (text: string) => boolean {
  const wanted = search.toLowerCase();
  if (wanted === '') return () => true;
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = text.toLowerCase().includes(wanted);
    known.set(text, found);
    return found;
  };
}
