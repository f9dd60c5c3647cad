/** Stories of one world as pictures: each by itself for a page, or all of them in one file for a document. */
import { type Axis, timeAxis } from './axis.ts';
import { drawingWidth, drawStory, plot } from './drawing.ts';
import { type Type, wrapped } from './label.ts';
import { labelSize, type Story } from './layout.ts';
import { drawingStyle } from './look.ts';
import { markup, plainText } from './safe-text.ts';

/** One machine under one profile, as a scenario told it. */
export type ToldStory = Story & {
  readonly profile: string;
  /** What the profile is, in a sentence. */
  readonly summary: string;
  readonly seed: number | string;
  readonly cured: boolean | null;
};

/** The verdict, and why: `Lost: KBStuff.sys is missing`. */
export function verdict({ lost, reason }: Pick<Story, 'lost' | 'reason'>): string {
  return `${lost ? 'Lost' : 'Not lost'}: ${reason}`;
}

/** What came of the published workarounds; undefined where none was tried. */
export function cureWords(cured: boolean | null): string | undefined {
  if (cured === null) return undefined;
  return cured ? 'The published workarounds cure it.' : 'The published workarounds do not cure it.';
}

/** Stories of the same world have the same axis: what stands below each other happened at the same time. */
export function sharedAxis(stories: readonly Story[]): Axis {
  const times = stories.flatMap(({ events }) => events.map(({ at }) => at - (events[0]?.at ?? 0)));
  return timeAxis(times, plot.left, plot.right);
}

/** One story alone, to stand in a page that has `drawingStyle`. */
export function storySvg(story: ToldStory, axis: Axis): string {
  const { body, height } = drawStory(story, axis, 6);
  const name = markup(`Timeline of profile ${story.profile}. ${verdict(story)}.`);
  const size = `width="${drawingWidth}" height="${height + 8}" viewBox="0 0 ${drawingWidth} ${height + 8}"`;
  return `<svg class="tl" role="img" aria-label="${name}" ${size}>\n${body}\n</svg>`;
}

const titleType = { size: 17, bold: true };
const verdictType = { size: 13.5, bold: true };
const [titleLine, headingHeight, between] = [23, 48, 14];

/** What fits beside the edges of a panel. */
function oneLine(text: string, type: Type): string {
  return markup(wrapped(plainText(text), drawingWidth - 24, type, 1).join(''));
}

/** All stories under each other under their title, as a file of its own that brings its style with it. */
export function pictureSvg(title: string, stories: readonly ToldStory[]): string {
  const axis = sharedAxis(stories);
  const titles = wrapped(plainText(title), drawingWidth - 24, titleType, 3);
  let y = 18 + titleLine * titles.length;
  const panels = stories.map((story) => {
    const top = y;
    const { body, height } = drawStory(story, axis, top + headingHeight);
    const tall = headingHeight + height + 6;
    y = top + tall + between;
    const kind = story.lost ? 'bad' : 'good';
    return [
      `<rect class="panel" x="0.5" y="${top + 0.5}" width="${drawingWidth - 1}" height="${tall}" rx="8" stroke="var(--line)"/>`,
      `<text class="h2 ${kind}" x="12" y="${top + 22}">${oneLine(verdict(story), verdictType)}</text>`,
      `<text class="soft" x="12" y="${top + 40}">${oneLine(`Profile ${story.profile}: ${story.summary}`, { size: labelSize })}</text>`,
      body,
    ].join('\n');
  });
  const name = markup([title, ...stories.map((story) => `${story.profile}: ${verdict(story)}`)].join('. '));
  const size = `width="${drawingWidth}" height="${y}" viewBox="0 0 ${drawingWidth} ${y}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="tl" role="img" aria-label="${name}" ${size}>`,
    `<style>${drawingStyle}</style>`,
    `<rect class="page" width="${drawingWidth}" height="${y}" rx="10"/>`,
    ...titles.map(
      (line, index) => `<text class="h1" x="12" y="${28 + titleLine * index}">${markup(line)}</text>`,
    ),
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}
