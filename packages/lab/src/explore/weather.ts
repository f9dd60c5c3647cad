/** Bad weather between an explored machine and its site: requests that are lost, refused, answered by others, or changed. */
import { type Envelope, mpPaths } from '@holdfast/contract';
import {
  htmlPage,
  type NetworkFault,
  type Server,
  type ServerAnswer,
  type ServerRequest,
} from '../site/network.ts';
import type { Random } from '../world/random.ts';
import type { EventOf } from './events.ts';

export const weatherKinds = [
  'partition',
  'too-many-requests',
  'unavailable',
  'html-page',
  'torn-answer',
  'tampered-answer',
] as const;
export type WeatherEvent = EventOf<(typeof weatherKinds)[number]>;

/** A policy index as the site has signed it. */
export type SignedPolicy = {
  readonly serial: number;
  readonly ids: readonly string[];
  readonly body: string;
};

export type Weather = {
  begin(event: WeatherEvent): void;
  /** All faults end. */
  clear(): void;
  /** Every index that the site has answered, the first one first. */
  readonly signed: readonly SignedPolicy[];
  /** Forged policies that arrived, different ones only. */
  readonly forged: ReadonlySet<string>;
  /** Whether content or policy was changed on its way so far. */
  readonly tampered: boolean;
  /** The site behind this weather. */
  readonly server: Server;
  fault(request: ServerRequest): NetworkFault | undefined;
};

type Spell = { readonly event: WeatherEvent; readonly until: number };

export function openWeather(site: Server, random: Random, elapsed: () => number): Weather {
  let spells: Spell[] = [];
  const signed: SignedPolicy[] = [];
  const forged = new Set<string>();
  let tampered = false;

  function spellFor(): WeatherEvent | undefined {
    spells = spells.filter(({ until }) => until > elapsed());
    return spells.find(({ event }) => random.chance(event.share, 4))?.event;
  }

  function note(request: ServerRequest, answer: ServerAnswer): void {
    if (request.path !== mpPaths.policy || answer.status !== 200) return;
    const body = Buffer.concat(answer.body).toString('utf8');
    const { payload }: Envelope = JSON.parse(body);
    const { serial, assignments }: { serial: number; assignments: { deploymentId: string }[] } =
      JSON.parse(payload);
    if (signed.some((one) => one.serial === serial)) return;
    signed.push({ serial, ids: assignments.map(({ deploymentId }) => deploymentId), body });
  }

  function tamper(how: EventOf<'tampered-answer'>['how'], path: string, answer: ServerAnswer): ServerAnswer {
    const changed = tamperWith(how, path, answer, signed);
    if (changed === undefined) return answer;
    tampered = true;
    const body = Buffer.concat(changed.body).toString('utf8');
    if (path === mpPaths.policy && how === 'forged') forged.add(body);
    return changed;
  }

  return {
    begin(event) {
      spells.push({ event, until: elapsed() + event.forMs });
    },
    clear() {
      spells = [];
    },
    signed,
    forged,
    get tampered() {
      return tampered;
    },
    fault: ({ path }) => {
      const event = spellFor();
      switch (event?.kind) {
        case 'partition':
          return 'unreachable';
        case 'html-page':
          // A page that is answered in the place of content has other bytes.
          tampered ||= path.startsWith(mpPaths.content);
          return htmlPage(Number(event.status));
        case 'too-many-requests':
          return busy(429, event.retryAfter);
        case 'unavailable':
          return busy(503, event.retryAfter);
        case 'torn-answer':
          return event.after === 'lost' ? 'answer-lost' : undefined;
        default:
          return undefined;
      }
    },
    server: {
      ...site,
      answer(request) {
        const event = spellFor();
        if (
          event?.kind === 'tampered-answer' &&
          event.how === 'boastful' &&
          request.path === mpPaths.status
        ) {
          return boastful;
        }
        const answer = site.answer(request);
        note(request, answer);
        if (event?.kind === 'tampered-answer') return tamper(event.how, request.path, answer);
        if (event?.kind === 'torn-answer' && event.after !== 'lost') return torn(answer, event.after);
        return answer;
      },
    },
  };
}

function busy(status: number, retryAfter: number): ServerAnswer {
  return { status, headers: { 'retry-after': String(retryAfter) }, body: [], after: 'end' };
}

/** Somebody else takes the messages for the site, and more of them than there are. */
const boastful: ServerAnswer = {
  status: 200,
  headers: {},
  body: [Buffer.from('{"acknowledged":1000000}', 'utf8')],
  after: 'end',
};

/** The first half of an answer. */
function torn(answer: ServerAnswer, after: 'cut' | 'silence' | 'end'): ServerAnswer {
  const body = Buffer.concat(answer.body);
  return { ...answer, body: [body.subarray(0, Math.ceil(body.length / 2))], after };
}

/** Undefined where there is nothing to change in this way. */
function tamperWith(
  how: EventOf<'tampered-answer'>['how'],
  path: string,
  answer: ServerAnswer,
  signed: readonly SignedPolicy[],
): ServerAnswer | undefined {
  const body = Buffer.concat(answer.body);
  const instead = (text: string): ServerAnswer => ({
    status: 200,
    headers: {},
    body: [Buffer.from(text, 'utf8')],
    after: 'end',
  });
  const latest = signed.at(-1);
  if (path === mpPaths.policy && how === 'stale') {
    const older = signed.find(({ serial }) => serial < (latest?.serial ?? 0));
    return older && instead(older.body);
  }
  if (path === mpPaths.policy && how === 'forged') return latest && instead(withoutAssignments(latest.body));
  if (path.startsWith(mpPaths.assignments) && how === 'forged' && answer.status === 200) {
    return instead(body.toString('utf8').replaceAll('-app ', '-elsewhere '));
  }
  if (path.startsWith(mpPaths.content) && how === 'flipped' && body.length > 0) {
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
    return { ...answer, body: [body] };
  }
  return undefined;
}

/** A newer policy that wants nothing, under the signature of the last true one. */
function withoutAssignments(body: string): string {
  const envelope: Envelope = JSON.parse(body);
  const index: { serial: number } = JSON.parse(envelope.payload);
  const payload = JSON.stringify({ ...index, serial: index.serial + 1, assignments: [] });
  return JSON.stringify({ ...envelope, payload });
}
