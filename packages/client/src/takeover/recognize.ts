/** Whether an agent is there: looked at each time, never remembered. */
import type { AgentMark, DetectionRule, TakeoverRule } from '@holdfast/contract';
import type { ClientContext } from '../context.ts';
import { anyHolds, type DetectionPlace, detect } from '../software/detect.ts';

/** What recognizing needs of the client. */
export type Looking = Pick<ClientContext, 'ports' | 'options' | 'folder'>;

export function placeOf({ options, folder }: Looking, rule: TakeoverRule): DetectionPlace {
  return { platform: rule.platform, root: options.root, state: folder.path };
}

const isRule = (mark: AgentMark): mark is DetectionRule => mark.kind !== 'service';

const rulesOf = (rule: TakeoverRule): readonly DetectionRule[] => rule.recognizedBy.filter(isRule);

const servicesOf = (rule: TakeoverRule): readonly string[] =>
  rule.recognizedBy.flatMap((mark) => (mark.kind === 'service' ? [mark.service] : []));

/**
 * Why it is not recognized, as a clause; undefined where every mark holds.
 * @throws HoldfastError `disk.*` and others where it could not be looked
 */
export async function whyUnknown(looking: Looking, rule: TakeoverRule): Promise<string | undefined> {
  const rules = rulesOf(rule);
  if (rules.length > 0) {
    const { present, reason } = await detect(looking.ports, [...rules], placeOf(looking, rule));
    if (!present) return reason;
  }
  for (const service of servicesOf(rule)) {
    if ((await looking.ports.services?.state(service)) === undefined) return `there is no service ${service}`;
  }
  return undefined;
}

/**
 * Why it is not gone, as a clause; undefined where it is. Less than recognized is not gone: a removal that was cut short
 * leaves a part. A service that is known and does not run says nothing where another mark can be asked: systemd knows the
 * units of packages that were removed, masked.
 * @throws HoldfastError `disk.*`, `system.*` and others where it could not be looked
 */
export async function whyThere(looking: Looking, rule: TakeoverRule): Promise<string | undefined> {
  const { ports } = looking;
  const rules = rulesOf(rule);
  if (await anyHolds(ports, rules, placeOf(looking, rule))) return `a part of ${rule.name} is still there`;
  const running = await whyRunning(looking, rule);
  if (running !== undefined) return running;
  if (rules.length === 0) {
    for (const service of servicesOf(rule)) {
      if ((await ports.services?.state(service)) !== undefined)
        return `the service ${service} is still there`;
    }
  }
  return await whyHalf(looking, rule);
}

/** Which of its packages a removal that was cut short has left half, as a clause; undefined where there is none. */
export async function whyHalf({ ports }: Looking, { removal }: TakeoverRule): Promise<string | undefined> {
  for (const name of removal.kind === 'dpkg' ? removal.packages : []) {
    if ((await ports.installers.dpkg(name))?.half) return `dpkg package ${name} is half there`;
  }
  return undefined;
}

/** Which service of its remote control runs, as a clause; undefined where none does. @throws HoldfastError `system.*` */
export async function whyRunning({ ports }: Looking, { remoteControl }: TakeoverRule) {
  for (const service of remoteControl.services) {
    const state = await ports.services?.state(service);
    if (state !== undefined && state !== 'stopped') return `the service ${service} is ${state}`;
  }
  return undefined;
}
