/** Files on their way to the site, with progress for whoever watches. */
import { type LocalFile, upload } from '../software/content.ts';
import { bytes } from '../terminal.ts';
import type { ApiSession } from './verb.ts';

/** Uploads what the site lacks, with one line of progress on standard error, overwritten where it is a terminal. */
export async function sendFiles(session: ApiSession, files: readonly LocalFile[]): Promise<number> {
  const { surroundings } = session;
  const { known } = await upload(session.api, files, (sent) => {
    if (surroundings.progress) {
      surroundings.error(
        `\rsending ${sent.files}/${sent.of} files, ${bytes(sent.bytes)} of ${bytes(sent.total)}   `,
      );
    }
  });
  if (surroundings.progress) surroundings.error('\n');
  return known;
}
