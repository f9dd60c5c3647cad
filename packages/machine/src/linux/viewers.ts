/** Who looks at a screen of the machine by VNC: connections to its server, by /proc/net/tcp (proc_net_tcp(5)). */

/** Ports of screens :0 to :99, as VNC servers take them. Source: RFC 6143 section 1 (5900 for the first). */
const screens = { first: 5900, last: 5999 } as const;
/** TCP_ESTABLISHED (linux/net/tcp_states.h), hexadecimal as everything in this table. */
const established = '01';

/** Accounts (numbers) of the servers with a live viewer, one for each connection. Both tables have the same columns. */
export function viewedBy(table: string): readonly number[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , uid] = line.trim().split(/\s+/);
      const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16);
      const isScreen = port >= screens.first && port <= screens.last;
      return state === established && isScreen && uid !== undefined ? [Number(uid)] : [];
    });
}

/** The name of an account in passwd(5); its number where it has none. */
export function accountName(passwd: string, uid: number): string {
  for (const line of passwd.split('\n')) {
    const [name, , number] = line.split(':');
    if (name !== undefined && number === String(uid)) return name;
  }
  return String(uid);
}
