/** Names of streams in a package: two characters of 64 packed into one UTF-16 unit, so that 62 fit into 31. */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';
const pairs = 0x3800;
const singles = 0x4800;
/** In front of the name of every stream that is a table. */
const tableMark = 0x4840;

export type StreamName = {
  readonly name: string;
  /** Whether it is the content of a table, not a stream of the package's own. */
  readonly isTable: boolean;
};

/** The name that a stored one stands for. Characters outside the packing pass through. */
export function decodeStreamName(stored: string): StreamName {
  const isTable = stored.charCodeAt(0) === tableMark;
  let name = '';
  for (let index = isTable ? 1 : 0; index < stored.length; index += 1) {
    const unit = stored.charCodeAt(index);
    if (unit >= pairs && unit < singles) {
      name += alphabet.charAt(unit & 63) + alphabet.charAt(((unit - pairs) >> 6) & 63);
    } else if (unit >= singles && unit < tableMark) {
      name += alphabet.charAt(unit - singles);
    } else {
      name += stored.charAt(index);
    }
  }
  return { name, isTable };
}

/** The stored form of a name. It may be longer than the 31 units that a compound file has room for. */
export function encodeStreamName({ name, isTable }: StreamName): string {
  let stored = isTable ? String.fromCharCode(tableMark) : '';
  for (let index = 0; index < name.length; index += 1) {
    const first = alphabet.indexOf(name.charAt(index));
    if (first < 0) {
      stored += name.charAt(index);
      continue;
    }
    const second = index + 1 < name.length ? alphabet.indexOf(name.charAt(index + 1)) : -1;
    if (second < 0) {
      stored += String.fromCharCode(singles + first);
    } else {
      stored += String.fromCharCode(pairs + (second << 6) + first);
      index += 1;
    }
  }
  return stored;
}
