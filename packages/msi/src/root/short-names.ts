/**
 * Short names of files (8.3), which a disk of Linux does not keep: derived from the names in a folder, always the same
 * way. Rules: learn.microsoft.com, "Naming Files, Paths, and Namespaces", and the RtlGenerate8dot3Name routine.
 */

const forbidden = /[+,;=[\]]/g;
/** Neither in a long nor in a short name, or beyond what every code page has. */
const strange = /[^\x21-\x7e]/g;

/** Whether a name is a short one already, its case aside. */
export function isShortName(name: string): boolean {
  return /^[^. +,;=[\]]{1,8}(?:\.[^. +,;=[\]]{1,3})?$/.test(name) && !/[^\x21-\x7e]/.test(name);
}

function cleaned(text: string): string {
  return text.replaceAll(/[ .]/g, '').replaceAll(forbidden, '_').replaceAll(strange, '_').toUpperCase();
}

/** What a short name begins and ends with; a number goes between. */
function parts(name: string): { readonly base: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0 && dot < name.length - 1;
  return {
    base: cleaned(hasExtension ? name.slice(0, dot) : name),
    extension: hasExtension ? `.${cleaned(name.slice(dot + 1)).slice(0, 3)}` : '',
  };
}

function numbered({ base, extension }: ReturnType<typeof parts>, number: number): string {
  const tail = `~${number}`;
  return `${base.slice(0, Math.min(6, 8 - tail.length))}${tail}${extension}`;
}

/**
 * The short name of every name in a folder: `PROGRA~1` for the first (by code unit) of those that share it, and so on.
 * @param names of one folder
 */
export function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(names.filter(isShortName).map((name) => name.toUpperCase()));
  const next = new Map<string, number>();
  return new Map(
    names.toSorted().map((name) => {
      if (isShortName(name)) return [name, name];
      const wanted = parts(name);
      const family = numbered(wanted, 1);
      let number = next.get(family) ?? 1;
      while (taken.has(numbered(wanted, number))) number += 1;
      next.set(family, number + 1);
      const short = numbered(wanted, number);
      taken.add(short);
      return [name, short];
    }),
  );
}
