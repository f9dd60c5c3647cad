/** The Node that runs the client: the one of its package, with the flags that keep it small. */
import type { ClientContext } from '../../context.ts';
import { childPath } from '../../paths.ts';
import { type Check, failed, none, ok, type Seen } from '../check.ts';

export function runtimeCheck({ options }: ClientContext): Check {
  return {
    check: 'runtime',
    look: async (): Promise<Seen> => {
      const { installation, health: { runtime } = {} } = options;
      if (!installation || !runtime) return none('this client does not run from its package');
      const folder = childPath({ path: installation.place.installFolder }, 'runtime');
      const own = ['node', 'node.exe'].map((name) => childPath({ path: folder }, name).toLowerCase());
      if (!own.includes(runtime.program.toLowerCase())) {
        return failed(`${runtime.program} runs it, not the Node of ${folder}`);
      }
      const missing = runtime.wantedFlags.filter((flag) => !runtime.flags.includes(flag));
      if (missing.length > 0)
        return failed(`Node ${runtime.version} was started without ${missing.join(' ')}`);
      return ok(`Node ${runtime.version} of the package`);
    },
  };
}
