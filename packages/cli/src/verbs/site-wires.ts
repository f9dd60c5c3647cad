/** `holdfast site wires`: which wires the site answers, and how many clients speak each. */
import { currentWire, SiteWires, wires } from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { facts, type Surroundings } from '../terminal.ts';
import { apiVerb, runOverApi, text } from './verb.ts';

const names: Readonly<Record<number, string>> = {
  1: 'wire 1, first generation',
  2: 'wire 2, second generation',
  3: 'wire 3, today',
};

export function siteWiresVerb(noun: Command, surroundings: Surroundings): void {
  const verb = apiVerb(noun, 'wires', 'the wires that the site answers, and how many clients speak each', [
    'site wires',
    'site wires --oldest 2',
    'site wires --oldest 3 --cut-off --json',
  ])
    .addOption(new Option('--oldest <number>', 'answer no older wire from now on').choices(wires.map(String)))
    .option('--cut-off', 'also while clients still speak an older one: nothing reaches them any more');
  runOverApi(verb, surroundings, async (session, _values, options) => {
    const oldest = text(options, 'oldest');
    const change = { oldest: Number(oldest), ...(options.cutOff === true ? { cutOff: true } : {}) };
    const answer =
      oldest === undefined
        ? await session.api.get(SiteWires, '/wires')
        : await session.api.send(SiteWires, 'PUT', '/wires', change);
    session.answer(answer, () =>
      facts(
        answer.wires.map(({ wire, clients }) => [
          names[wire] ?? `wire ${wire}`,
          `${clients === 1 ? '1 client' : `${clients} clients`}${wire < answer.oldest ? ', refused' : ''}`,
        ]),
      ),
    );
    const old = answer.wires.some(({ wire, clients }) => wire < currentWire && clients > 0);
    if (old) session.note('holdfast client list --wire 1 names those of a wire');
  });
}
