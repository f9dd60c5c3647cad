/** The look: one accent colour, cool greys, compact controls. */
import { createTheme, localStorageColorSchemeManager, type MantineColorsTuple } from '@mantine/core';

/** Sea water over a rock: the one accent. */
const tide: MantineColorsTuple = [
  '#e9f6f9',
  '#d3eaf0',
  '#a5d5e0',
  '#74bfd0',
  '#4dadc2',
  '#34a1ba',
  '#1f90a9',
  '#0f7489',
  '#0a6376',
  '#045062',
];

const slate: MantineColorsTuple = [
  '#d3dae0',
  '#b3bdc6',
  '#8f9ca8',
  '#63717e',
  '#3d4a55',
  '#2c3740',
  '#212a32',
  '#182027',
  '#12191f',
  '#0c1116',
];

const fonts = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 7, dark: 6 },
  colors: { tide, dark: slate },
  fontFamily: fonts,
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "Liberation Mono", Menlo, monospace',
  headings: { fontFamily: fonts, fontWeight: '620' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Paper: { defaultProps: { withBorder: true, p: 'md' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 200 } },
    Modal: { defaultProps: { centered: true, radius: 'lg' } },
  },
});

/** The key is known to public/scheme.js too. */
export const schemeManager = localStorageColorSchemeManager({ key: 'holdfast-color-scheme' });
