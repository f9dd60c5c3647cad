/** A page of its own for one or more stories of one world: everything in one file, no script, nothing fetched. */
import { kindOf } from './layout.ts';
import { drawingStyle, fontFamily } from './look.ts';
import { stamp } from './moments.ts';
import { cureWords, sharedAxis, storySvg, type ToldStory, verdict } from './picture.ts';
import { markup, plainText } from './safe-text.ts';

export type PageStory = ToldStory & {
  readonly traceHash: string;
  /** The command that tells this story again. */
  readonly replay: string;
};

export type Page = {
  readonly scenario: string;
  readonly title: string;
  /** The same for all stories. */
  readonly worldHash: string;
  readonly stories: readonly PageStory[];
};

/** The rules of the drawing are within svg elements, and their variables are wanted outside too. */
const pageStyle = [
  drawingStyle.replaceAll('svg.tl{--', ':root,svg.tl{--'),
  `body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 ${fontFamily};overflow-wrap:anywhere}`,
  'main{max-width:962px;margin:0 auto;padding:28px 16px 48px}',
  'header p,.summary,dt,footer{color:var(--soft)}',
  'h1{font-size:22px;line-height:1.3;margin:4px 0 8px}',
  'h2{font-size:19px;line-height:1.35;margin:0}',
  'p{margin:0}h1,.summary{text-wrap:balance}',
  '.name{font-weight:650;color:var(--tide)}',
  'section{background:var(--panel);border:1px solid var(--line);border-radius:10px;margin:18px 0;overflow:hidden}',
  '.verdict{padding:14px 16px 10px;border-left:5px solid var(--good)}',
  '.lost .verdict{border-color:var(--bad)}.lost h2{color:var(--bad)}.kept h2{color:var(--good)}',
  '.scroll{overflow-x:auto;border-block:1px solid var(--line)}.scroll svg{display:block}',
  'details{padding:10px 16px}summary{cursor:pointer;color:var(--tide)}',
  'table{border-collapse:collapse;font-size:13.5px;margin:8px 0;width:100%}',
  'th,td{text-align:left;vertical-align:top;padding:3px 12px 3px 0;border-bottom:1px solid var(--line)}',
  'th{font-weight:600;color:var(--soft)}td:last-child{unicode-bidi:isolate}',
  'tr.error td,tr.lost td{color:var(--bad)}tr.gate td{color:var(--gate)}tr.kept td{color:var(--good)}',
  'dl{display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);gap:2px 16px;margin:18px 0;font-size:13.5px}',
  'dd{margin:0}code,.time{font-family:ui-monospace,"Cascadia Mono","Liberation Mono",Menlo,monospace;font-size:.92em}',
  '.time{white-space:nowrap}',
  '@media print{details>*{display:block}.scroll{overflow:visible}}',
].join('\n');

function rowOf(event: PageStory['events'][number], story: PageStory): string {
  const time = stamp(event.at - (story.events[0]?.at ?? 0));
  const cells = `<td class="time">${time}</td><td>${event.lane}</td><td>${markup(event.text)}</td>`;
  return `<tr class="${kindOf(event, story)}">${cells}</tr>`;
}

function section(story: PageStory, drawing: string): string {
  const { events, lost, profile, summary, cured } = story;
  const cure = cureWords(cured);
  return [
    `<section class="${lost ? 'lost' : 'kept'}">`,
    `<div class="verdict"><h2>${markup(verdict(story))}</h2>`,
    `<p class="summary">Profile <strong>${markup(profile)}</strong>: ${markup(summary)}.${cure ? ` ${cure}` : ''}</p></div>`,
    `<div class="scroll" tabindex="0" role="group" aria-label="Timeline of ${markup(profile)}">${drawing}</div>`,
    `<details><summary>Events as a list (${events.length})</summary>`,
    '<table><thead><tr><th>Time</th><th>Lane</th><th>Event</th></tr></thead><tbody>',
    ...events.map((event) => rowOf(event, story)),
    '</tbody></table></details>',
    '</section>',
  ].join('\n');
}

function facts({ scenario, worldHash, stories }: Page): string {
  const pairs: (readonly [string, string])[] = [
    ['Scenario', scenario],
    ['Seed', [...new Set(stories.map(({ seed }) => plainText(String(seed))))].join(', ')],
    ['World', worldHash],
    ...stories.flatMap(({ profile, traceHash, replay }): (readonly [string, string])[] => [
      [`Trace of ${profile}`, traceHash],
      ['The same again', replay],
    ]),
  ];
  return `<dl>${pairs.map(([name, value]) => `<dt>${markup(name)}</dt><dd><code>${markup(value)}</code></dd>`).join('\n')}</dl>`;
}

/** The whole document, as UTF-8 text. */
export function timelinePage(page: Page): string {
  const axis = sharedAxis(page.stories);
  const torn = axis.cuts.length === 0 ? '' : '; torn edges stand where a long quiet was cut out';
  const title = `${markup(page.scenario)}, seed ${markup(String(page.stories[0]?.seed ?? ''))}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    '<link rel="icon" href="data:,">',
    `<title>${title}</title>`,
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body><main>',
    `<header><p><span class="name">${markup(page.scenario)}</span> in the lab of Holdfast: one simulated machine, in virtual time</p>`,
    `<h1>${markup(page.title)}</h1></header>`,
    ...page.stories.map((story) => section(story, storySvg(story, axis))),
    facts(page),
    `<footer>Time runs from left to right, counted from the first event${torn}.</footer>`,
    '</main></body>',
    '</html>',
    '',
  ].join('\n');
}
