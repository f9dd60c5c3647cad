/** Text of .ini files: sections, lines `key=value`. Lines that nothing changes stay as they are. */
import type { Planning } from './context.ts';

/** Bytes of one file that are read. */
const mostBytes = 1 << 20;

const wideMark = '\ufeff';

/** As it will be; UTF-16 with its mark, or bytes one by one. Undefined where there is none. */
export async function iniText({ host, draft }: Planning, path: string): Promise<string | undefined> {
  const planned = draft.texts.get(path.toLowerCase());
  if (planned !== undefined) return planned;
  if ((await draft.files.stat(path))?.kind !== 'file') return undefined;
  return await host.files.read(path, async (content) => {
    const bytes = Buffer.from(await content.read(0, Math.min(content.size, mostBytes)));
    return bytes.length >= 2 && bytes.readUInt16LE(0) === 0xfeff
      ? bytes.toString('utf16le')
      : bytes.toString('latin1');
  });
}

export function iniBytes(text: string): Buffer {
  const isWide = text.startsWith(wideMark) || /[^\0-\xff]/.test(text);
  if (!isWide) return Buffer.from(text, 'latin1');
  return Buffer.from(text.startsWith(wideMark) ? text : `${wideMark}${text}`, 'utf16le');
}

type Place = { readonly section: number; readonly line: number | undefined; readonly end: number };

const sectionLine = /^\s*\[([^\]]*)\]/;

function keyOf(line: string): string {
  return (line.split('=')[0] ?? '').trim().toLowerCase();
}

/** Where a key is, or where its section ends; undefined where there is no such section. */
function find(lines: readonly string[], section: string, key: string): Place | undefined {
  const start = lines.findIndex(
    (line) => sectionLine.exec(line)?.[1]?.toLowerCase() === section.toLowerCase(),
  );
  if (start < 0) return undefined;
  const next = lines.findIndex((line, index) => index > start && sectionLine.test(line));
  let end = next < 0 ? lines.length : next;
  const line = lines.findIndex(
    (one, index) => index > start && index < end && one.includes('=') && keyOf(one) === key.toLowerCase(),
  );
  while (end > start + 1 && (lines[end - 1] ?? '').trim() === '') end -= 1;
  return { section: start, line: line < 0 ? undefined : line, end };
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function textOf(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`;
}

export function iniValue(text: string, section: string, key: string): string | undefined {
  const lines = linesOf(text);
  const place = find(lines, section, key);
  if (place?.line === undefined) return undefined;
  const line = lines[place.line] ?? '';
  return line.slice(line.indexOf('=') + 1).trim();
}

export function withIniValue(text: string, section: string, key: string, value: string): string {
  const lines = linesOf(text);
  const place = find(lines, section, key);
  const line = `${key}=${value}`;
  if (place === undefined) lines.push(`[${section}]`, line);
  else if (place.line === undefined) lines.splice(place.end, 0, line);
  else lines[place.line] = line;
  return textOf(lines);
}

/** Without the key; its section goes with its last one. */
export function withoutIniValue(text: string, section: string, key: string): string {
  const lines = linesOf(text);
  const place = find(lines, section, key);
  if (place?.line === undefined) return text;
  lines.splice(place.line, 1);
  const after = find(lines, section, key);
  if (after && after.end <= after.section + 1) lines.splice(after.section, 1);
  return textOf(lines);
}
