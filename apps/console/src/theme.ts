import { createTheme, type MantineColorsTuple } from '@mantine/core';

const ink: MantineColorsTuple = [
  '#eef4ff',
  '#dbe6fa',
  '#b6cbf1',
  '#8eaee8',
  '#6b95e1',
  '#5483d8',
  '#3f70c9',
  '#2f5fb3',
  '#26509a',
  '#1b3f7f',
];

const night: MantineColorsTuple = [
  '#e4e8ef',
  '#a3adbd',
  '#8d97a8',
  '#5d6778',
  '#3b4250',
  '#2c323e',
  '#22272f',
  '#1b1f27',
  '#13161c',
  '#0e1015',
];

/** System fonts only: the console must work without a network beyond its own origin. */
export const theme = createTheme({
  colors: { ink, dark: night },
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: '650' },
});
