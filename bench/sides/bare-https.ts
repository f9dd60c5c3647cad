/** The peer of the check-in bench: bare node:https with the site's own TLS, answering a constant. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const keys = process.argv[2] ?? '';
const read = (name: string) => readFileSync(join(keys, name), 'utf8');
const server = createServer(
  {
    cert: read('server.crt'),
    key: read('server.key'),
    ca: read('authority.crt'),
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: false,
  },
  (_request, response) => {
    response.writeHead(304);
    response.end();
  },
);
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })),
);
process.on('SIGTERM', () => process.exit(0));
