/** Reads a stream of server-sent events (WHATWG HTML, 9.2.6) as the texts of their data. */
import { HoldfastError } from '@holdfast/contract';

/** Characters that one event may have. */
const longestEvent = 64 * 1024;

/** @throws HoldfastError `network.response-invalid` where an event is longer than any that a site sends */
export async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the end may be half of an end of line.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
        length = 0;
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
        length += line.length;
      }
      if (length > longestEvent) throw endless();
    }
    if (length + rest.length > longestEvent) throw endless();
  }
  if (rest === '\r' && data.length > 0) yield data.join('\n');
}

function endless(): HoldfastError {
  return new HoldfastError('network.response-invalid', 'The site sent an event without an end.');
}
