/** The command line of the bootstrap, in the field's own form: parameters (`/mp:…`), then properties (`TOKEN=…`). */
import { plainRequest } from '@holdfast/client';
import type { SetupCommand } from './command.ts';
import { type Change, type Parameter, parameters, properties, refuse, unknown } from './words.ts';

/** @throws HoldfastError `command.invalid`, `token.malformed` */
export function readCommandLine(words: readonly string[]): SetupCommand {
  let read: SetupCommand = {
    kind: 'set-up',
    request: plainRequest,
    isAsked: words.length > 0,
    goOn: false,
    service: null,
    json: false,
    dryRun: false,
    stateFolder: null,
    installFolder: null,
    root: null,
  };
  const seen = new Set<string>();
  const take = (name: string, { command = {}, request = {} }: Change) => {
    if (seen.has(name)) refuse(`${name} was said twice.`);
    seen.add(name);
    read = { ...read, ...command, request: { ...read.request, ...request } };
  };
  let inProperties = false;
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, property, text = ''] = /^([A-Za-z]+)=([\s\S]*)$/.exec(word) ?? [];
    if (property !== undefined) {
      inProperties = true;
      const name = property.toUpperCase();
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      take(name, (known ?? unknown(word, property, Object.keys(properties)))(text));
      continue;
    }
    const { name, known, value } = parameterIn(word);
    if (inProperties) refuse(`Parameters come before properties: put /${name} before the first NAME=value.`);
    take(`/${name}`, known.read(valueFor(name, known, value, word.startsWith('-') ? left : [])));
  }
  return fitting(read);
}

type Found = { readonly name: string; readonly known: Parameter; readonly value: string | undefined };

/** `/name:value` as the field writes it, `--name=value` as Linux does. */
function parameterIn(word: string): Found {
  const [, slashed, inSlashed] = /^\/([a-z?][a-z-]*)(?::([\s\S]*))?$/i.exec(word) ?? [];
  const [, dashed, inDashed] = /^--?([a-z?][a-z-]*)(?:=([\s\S]*))?$/i.exec(word) ?? [];
  const name = (slashed ?? dashed ?? '').toLowerCase();
  const known = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (known) return { name, known, value: slashed === undefined ? inDashed : inSlashed };
  return unknown(
    word,
    name || word,
    Object.keys(parameters).map((one) => `/${one}`),
  );
}

/** @param left words behind it: the value of `--name value` is the next of them */
function valueFor(name: string, known: Parameter, value: string | undefined, left: string[]): string {
  if (known.value === undefined) return value === undefined ? '' : refuse(`/${name} takes no value.`);
  return value || left.shift() || refuse(`/${name} takes a value: /${name}:${known.value}.`);
}

/** Words that contradict each other are refused, before anything is written down. */
function fitting(read: SetupCommand): SetupCommand {
  const { request, service, goOn } = read;
  const asked = JSON.stringify(request) !== JSON.stringify(plainRequest);
  if (goOn && asked) refuse('/go-on takes no other task.');
  if (goOn && service) refuse('/go-on does the work itself.');
  if (request.keep.length > 0 && request.intent !== 'uninstall') refuse('KEEP goes with /uninstall.');
  if (request.intent === 'uninstall' && (request.forceInstall || request.stopIfPresent)) {
    refuse('/uninstall goes neither with /forceinstall nor with /logon.');
  }
  return read;
}
