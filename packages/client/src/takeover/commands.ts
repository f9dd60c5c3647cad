/** Programs that a takeover runs: found again by their mark, ended when their time is over, judged by what is seen after. */
import { HoldfastError, knownDpkg, knownExit, type TakeoverRule } from '@holdfast/contract';
import type { Command, Exit } from '@holdfast/ports';
import { parseCommand } from '../software/command.ts';
import type { Looking } from './recognize.ts';

/** Last words of a program that are told. Characters. */
const mostSaid = 500;

/** The commands that remove the agent, in their order. @throws HoldfastError `command.invalid` */
export function removalCommands(looking: Looking, rule: TakeoverRule): readonly Command[] {
  const { removal } = rule;
  const folder = folderOf(looking, rule);
  switch (removal.kind) {
    case 'dpkg': {
      // Its configuration stays: whoever wants the agent back finds it.
      const words = ['--remove', ...removal.packages];
      return [
        { program: 'dpkg', arguments: words, folder, environment: { DEBIAN_FRONTEND: 'noninteractive' } },
      ];
    }
    case 'msi':
      return [
        {
          program: 'msiexec',
          arguments: `/x ${removal.productCode} /qn /norestart REBOOT=ReallySuppress`,
          folder,
        },
      ];
    case 'command':
      return [parsed(looking, rule, removal.command)];
  }
}

/** What has to be run between laying down files and starting services. @throws HoldfastError `command.invalid` */
export function putBackCommands(looking: Looking, rule: TakeoverRule): readonly Command[] {
  if (rule.putBack) return rule.putBack.map((line) => parsed(looking, rule, line));
  if (rule.platform !== 'linux') return [];
  const folder = folderOf(looking, rule);
  const { services } = rule.remoteControl;
  // Debian masks the units of a package that was removed.
  return [['daemon-reload'], ['unmask', '--', ...services], ['enable', '--', ...services]].map((words) => ({
    program: 'systemctl',
    arguments: words,
    folder,
  }));
}

function parsed({ folder: { path }, options: { root } }: Looking, rule: TakeoverRule, line: string): Command {
  const folder = rule.platform === 'windows' ? path : root;
  return parseCommand(line, { content: path, root, state: path, log: path }, rule.platform, folder);
}

const folderOf = ({ folder, options }: Looking, rule: TakeoverRule) =>
  rule.platform === 'windows' ? folder.path : options.root;

/**
 * Runs one to its end.
 * @returns whether it asks for a restart of the machine
 * @throws HoldfastError `system.busy`, `system.not-ready` where another try is of use; `installer.failed`, `process.timeout`
 */
export async function runCommand(
  { ports }: Looking,
  command: Command,
  { mark, minutes }: { readonly mark: string; readonly minutes: number },
): Promise<boolean> {
  const stop = new AbortController();
  let late = false;
  let exit: Exit;
  try {
    const running = await ports.processes.start({ ...command, mark });
    const ending = ports.clock.sleep(minutes * 60_000, stop.signal).then(
      async () => {
        late = true;
        await running.kill();
      },
      () => undefined, // it has ended by itself
    );
    exit = await running.exit;
    stop.abort();
    await ending;
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError) || !thrown.code.startsWith('process.')) throw thrown;
    throw new HoldfastError('installer.failed', thrown.message, { cause: thrown });
  } finally {
    stop.abort();
  }
  if (late)
    throw new HoldfastError('process.timeout', `${command.program} ran longer than ${minutes} minutes.`);
  return judged(command, exit);
}

function judged({ program }: Command, { code, output }: Exit): boolean {
  if (code === 0) return false;
  const known = (code === null ? undefined : knownDpkg(output)) ?? knownExit(code ?? -1);
  if (known.class === 'reboot-required') return true;
  const said = output.trim().slice(-mostSaid);
  const happened = `${program} ended with ${code ?? 'a signal'}: ${said === '' ? known.meaning : said}`;
  if (known.class === 'busy') throw new HoldfastError('system.busy', happened);
  if (known.class === 'not-ready') throw new HoldfastError('system.not-ready', happened);
  throw new HoldfastError('installer.failed', happened);
}
