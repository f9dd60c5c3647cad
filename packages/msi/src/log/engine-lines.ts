/** Lines of the engine itself: which product, what was asked for, its properties, how it ended. */
import { type Draft, limits, safeText, telling } from './draft.ts';
import { type At, type LineRule, removing } from './line-rule.ts';

/** Text between two marks; undefined where one is missing. */
function between(text: string, before: string, after: string): string | undefined {
  const start = text.indexOf(before);
  const end = start === -1 ? -1 : text.indexOf(after, start + before.length);
  return end === -1 ? undefined : safeText(text.slice(start + before.length, end), limits.value);
}

function setExit(draft: Draft, code: number, at: At): void {
  draft.exitCode = code;
  draft.exitEvidence = at();
}

function summary(draft: Draft, [verb = '', rest = '']: readonly string[], at: At): void {
  if (verb === 'requires') {
    const kind = between(rest, 'Type of System Restart: ', '.');
    if (kind !== undefined) {
      draft.restart = { kind, reason: between(rest, 'Reason for Restart: ', '.') ?? '0' };
    }
    return;
  }
  if (draft.nested > 0) return;
  draft.ending = verb;
  for (const [name, before, after] of [
    ['ProductName', 'Product Name: ', '. Product Version: '],
    ['ProductVersion', 'Product Version: ', '. Product Language: '],
    ['ProductLanguage', 'Product Language: ', '. Manufacturer: '],
    ['Manufacturer', 'Manufacturer: ', '. '],
  ] as const) {
    const value = between(rest, before, after);
    if (value !== undefined && value !== '') draft.properties.set(name, value);
  }
  const [, status] = /status: (\d{1,10})\.?\s*$/.exec(rest.slice(-40)) ?? [];
  if (status !== undefined && draft.exitCode === undefined) setExit(draft, Number(status), at);
}

function engineReturned(draft: Draft, [digits = '']: readonly string[], at: At): void {
  if (draft.nested > 0) {
    draft.nested -= 1;
    draft.action = removing;
    draft.scriptAction = undefined;
  } else setExit(draft, Number(digits), at);
  draft.depth = Math.max(0, draft.depth - 1);
}

function property(draft: Draft, [name = '', value = '']: readonly string[], at: At): void {
  if (draft.nested > 0 || !telling.has(name)) return;
  if (name === 'REINSTALL') draft.reinstall ??= at();
  draft.properties.set(name, safeText(value, limits.value));
}

function setCommandLine(draft: Draft, [line = '']: readonly string[]): void {
  if (draft.nested > 0 || draft.commandLine !== undefined || /^\**\s*$/.test(line)) return;
  draft.commandLine = safeText(line.trim(), limits.value);
}

export const engineLines: readonly LineRule[] = [
  {
    start: 'Property(',
    pattern: /^Property\([A-Z]\): ([\w.]{1,200}) = (.*)$/s,
    take: property,
  },
  {
    start: 'PROPERTY CHANGE: ',
    pattern: /^PROPERTY CHANGE: (?:Add|Modify)ing ([\w.]{1,200}) property\. (.*)$/s,
    take: (draft, [name = '', rest = ''], at) => {
      const value = between(rest, "Its new value: '", "'") ?? between(rest, "Its value is '", "'");
      if (value !== undefined) property(draft, [name, value], at);
    },
  },
  {
    start: 'Windows Installer ',
    pattern: /^Windows Installer (installed|removed|reconfigured|updated|requires) (.*)$/s,
    take: summary,
  },
  {
    start: 'MainEngineThread is returning ',
    pattern: /^MainEngineThread is returning (\d{1,10})/,
    take: engineReturned,
  },
  {
    start: 'Back from server. ',
    pattern: /^Back from server\. Return value: (\d{1,10})/,
    take: (draft, [digits = ''], at) => setExit(draft, Number(digits), at),
  },
  {
    start: '******* RunEngine:',
    pattern: /^/,
    take: (draft) => {
      draft.depth += 1;
      if (draft.nested > 0 || draft.action === removing) draft.nested += 1;
    },
  },
  {
    start: '******* Product: ',
    pattern: /^\*+ Product: (.+)$/,
    take: (draft, [path]) => {
      if (draft.nested === 0) draft.package ??= safeText(path ?? '', limits.value);
    },
  },
  { start: '******* CommandLine: ', pattern: /^\*+ CommandLine: (.*)$/s, take: setCommandLine },
  { start: 'Command Line: ', pattern: /^Command Line: (.*)$/s, take: setCommandLine },
  {
    start: 'Product not registered: beginning first-time install',
    pattern: /^/,
    take: (draft, _, at) => {
      draft.notRegistered ??= at();
    },
  },
  // Wine writes the records of messages without their text.
  {
    start: 'Message type: 0, Argument: ',
    pattern: /^/,
    take: (draft) => {
      draft.writer = 'wine';
    },
  },
  {
    start: 'Message type: 1, Argument: ',
    pattern: /^Message type: 1, Argument: (.+)$/,
    take: (draft, [name = '']) => {
      draft.properties.set('ProductName', safeText(name, limits.value));
    },
  },
];
