/**
 * Profile `holdfast`: the real client on every machine of the branch. It verifies by hashes that signed policy gives it, on
 * the machine itself; over the line comes only what has to be mended.
 */
import { mpPaths } from '@holdfast/contract';
import { readWhole } from '@holdfast/engine';
import type { Server } from '../../site/network.ts';
import { putAt } from '../field/disk.ts';
import { assignmentOf, at } from '../field/managed-machine.ts';
import { agentFolder, type Branch, bytesOfMegabyte, type Workplace } from './branch.ts';
import type { Keeper } from './keeper.ts';

const mend = 'mend.exe';
/** Head of a request and of its answer, with what TLS adds. Bytes. */
const headBytes = 800;

/** Everything that is asked and answered goes over the line; content is a thousandth of its size on these disks. */
function overLine({ answer, ...server }: Server, { line }: Branch): Server {
  return {
    ...server,
    answer(request) {
      const answered = answer(request);
      const size = answered.body.reduce((sum, part) => sum + part.length, 0);
      const scale = request.path.startsWith(mpPaths.content) ? 1_000_000 / bytesOfMegabyte : 1;
      void line.send(headBytes + request.body.length + size * scale);
      return answered;
    },
  };
}

/** The repair: from the content that the client has verified to where the agent belongs. */
function putMender({ managed }: Workplace): void {
  managed.machine.programs.programs.set(mend, async ({ words, disk }) => {
    const [, content = '', fileName = ''] = /^"([^"]+)" (\S+)$/.exec(words[0] ?? '') ?? [];
    await using folder = await disk.open(content);
    await putAt({ disk }, agentFolder, fileName, await readWhole(folder, fileName, 100_000));
    return 0;
  });
}

export const holdfast: Keeper = {
  name: 'holdfast',
  summary: 'the client: verified on the machine by hashes, and only what is damaged is fetched',
  serve(branch, random) {
    const { site, files, workplaces, stage } = branch;
    const ids = random.stream('deployments');
    const names = new Map<string, string>();
    for (const { name, fileName, bytes } of files) {
      const sha256 = site.addContent(bytes);
      const program = {
        install: `${mend} "{content}" ${fileName}`,
        detection: [{ kind: 'file', path: `${agentFolder}\\${fileName}`, sha256 } as const],
        exitCodes: [],
        maxRunMinutes: 60,
      };
      const assignment = assignmentOf(ids, name, program, [{ path: fileName, size: bytes.length, sha256 }]);
      site.deploy(assignment);
      names.set(assignment.deploymentId, name);
    }
    const server = overLine(site.server, branch);
    for (const workplace of workplaces) {
      const { fate, managed } = workplace;
      putMender(workplace);
      const { servers } = managed.machine.network;
      for (const host of servers.keys()) servers.set(host, server);
      managed.listen(({ event, deploymentId, text }) => {
        if (event !== 'software-broken' && event !== 'software-repaired') return;
        if (names.has(deploymentId ?? '')) stage.timeline.tell('client', `${fate.name}: ${text}`);
      });
      at(stage.clock, fate.onAt, managed.startClient);
      at(stage.clock, fate.offAt, managed.machine.kill);
    }
  },
};
