/** Writes ar archives, the outer form of Debian packages (deb(5)). */

export type ArMember = { readonly name: string; readonly content: Uint8Array };

/** @param seconds since 1970, of every member */
export function arArchive(members: readonly ArMember[], seconds: number): Buffer {
  const pieces: Uint8Array[] = [Buffer.from('!<arch>\n', 'latin1')];
  for (const { name, content } of members) {
    if (name.length > 16) throw new RangeError(`${name} is too long for an ar archive`);
    const fields: readonly [text: string, width: number][] = [
      [name, 16],
      [String(seconds), 12],
      // Owner and group: root.
      ['0', 6],
      ['0', 6],
      ['100644', 8],
      [String(content.length), 10],
    ];
    const header = `${fields.map(([text, width]) => text.padEnd(width)).join('')}\`\n`;
    pieces.push(Buffer.from(header, 'latin1'), content);
    // Members begin at even positions.
    if (content.length % 2 === 1) pieces.push(Buffer.from('\n', 'latin1'));
  }
  return Buffer.concat(pieces);
}
