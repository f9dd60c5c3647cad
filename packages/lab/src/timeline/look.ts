/** Colours and type of a drawn timeline, light and dark: the console's own. */

/** Every text colour has a contrast of 4.5 at least on every surface of its scheme, with the tint over them too. */
export const palettes = {
  light: {
    page: '#f3f6f8',
    panel: '#ffffff',
    stripe: '#f7f9fb',
    torn: '#eef2f5',
    line: '#dbe2e8',
    ink: '#15202a',
    soft: '#4f5d69',
    dot: '#6b7a87',
    tide: '#0a6376',
    bad: '#b3201a',
    badFill: '#fbe3e0',
    good: '#14693f',
    goodFill: '#dcf2e5',
    gate: '#7a4a00',
    gateFill: '#ffdf9b',
    tint: '#f2a516',
  },
  dark: {
    page: '#0c1116',
    panel: '#151d24',
    stripe: '#1a232b',
    torn: '#10171d',
    line: '#2c3943',
    ink: '#e7edf2',
    soft: '#a3b1bd',
    dot: '#8a99a6',
    tide: '#5fc3d8',
    bad: '#ff9488',
    badFill: '#43201e',
    good: '#66d6a0',
    goodFill: '#143626',
    gate: '#ffd07a',
    gateFill: '#54400f',
    tint: '#f5b83d',
  },
} as const;

export const textColours = ['ink', 'soft', 'tide', 'bad', 'good', 'gate'] as const;
export const surfaces = ['page', 'panel', 'stripe', 'torn'] as const;
/** Of the tint that lies over everything while a gate is closed. */
export const tintOpacity = 0.13;

export const fontFamily =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

function variables(palette: Readonly<Record<string, string>>): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

/** Of everything within the svg element. */
export const drawingStyle = [
  `svg.tl{${variables(palettes.light)};font:11.5px ${fontFamily};fill:var(--ink);color-scheme:light dark}`,
  `@media (prefers-color-scheme:dark){svg.tl{${variables(palettes.dark)}}}`,
  '.tl text{unicode-bidi:isolate;white-space:pre}',
  '.tl .h1{font-size:17px;font-weight:650}',
  '.tl .h2{font-size:13.5px;font-weight:650}',
  '.tl .soft,.tl .tick{fill:var(--soft)}',
  '.tl .tick{font-size:10.5px;text-anchor:middle}',
  '.tl .page{fill:var(--page)}.tl .panel{fill:var(--panel)}.tl .stripe{fill:var(--stripe)}',
  '.tl .lane{font-weight:600;fill:var(--soft)}',
  '.tl .grid{stroke:var(--line)}',
  '.tl .torn{fill:var(--torn)}.tl .tear{fill:none;stroke:var(--line)}',
  `.tl .tint{fill:var(--tint);fill-opacity:${tintOpacity};pointer-events:none}`,
  '.tl .edge{stroke:var(--gate);stroke-dasharray:3 3}',
  '.tl .failed{stroke:var(--bad);stroke-width:1.5}',
  '.tl .flag{fill:var(--bad)}.tl .flag-text{fill:var(--panel);font-size:10.5px;font-weight:650;text-anchor:middle}',
  '.tl .label{paint-order:stroke;stroke:var(--halo,var(--panel));stroke-width:3px;stroke-linejoin:round}',
  '.tl .left{text-anchor:end}',
  '.tl .dot{fill:var(--dot)}.tl .client .dot{fill:var(--tide)}',
  '.tl .error .dot,.tl .lost .dot{fill:var(--bad)}.tl .kept .dot{fill:var(--good)}',
  '.tl .error .label,.tl .lost .label,.tl .bad{fill:var(--bad)}.tl .kept .label,.tl .good{fill:var(--good)}',
  '.tl .error .label,.tl .lost .label,.tl .kept .label,.tl .bar-text{font-weight:600}',
  '.tl .bar{fill:var(--gateFill);stroke:var(--gate)}.tl .gate text{fill:var(--gate)}',
].join('\n');
