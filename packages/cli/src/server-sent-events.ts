/** Reads a stream of server-sent events (WHATWG HTML, 9.2.6) as the texts of their data. */
import { HoldfastError } from '@holdfast/contract';

/** Characters that one event may have. */
const longestEvent = 64 * 1024;

/** @throws HoldfastError `network.response-invalid` where an event is longer than any that a site sends */
export async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > longestEvent || data.length > longestEvent) {
      throw new HoldfastError('network.response-invalid', 'The site sent an event without an end.');
    }
    for (const line of lines) {
      if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
  }
}
