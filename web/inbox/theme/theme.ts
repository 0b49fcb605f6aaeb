import type { CSSVariablesResolver } from '@mantine/core'
import { createTheme, rem } from '@mantine/core'
import { colors } from './palette.ts'

/** Mantine's settings: our palettes, a 4 px grid, quiet controls. */
export const theme = createTheme({
  colors,
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.28,
  fontFamily:
    "'Inter Variable', 'Noto Sans Arabic', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: rem(24), lineHeight: '32px' },
      h2: { fontSize: rem(18), lineHeight: '26px' },
      h3: { fontSize: rem(15), lineHeight: '22px' },
    },
  },
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(18) },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.5' },
  spacing: { xs: rem(8), sm: rem(12), md: rem(16), lg: rem(24), xl: rem(32) },
  radius: { xs: rem(4), sm: rem(6), md: rem(8), lg: rem(12), xl: rem(16) },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  shadows: {
    xs: '0 1px 2px rgb(12 30 34 / 8%)',
    sm: '0 1px 3px rgb(12 30 34 / 10%), 0 1px 2px rgb(12 30 34 / 6%)',
    md: '0 4px 16px rgb(12 30 34 / 10%), 0 1px 3px rgb(12 30 34 / 8%)',
    lg: '0 12px 32px rgb(12 30 34 / 14%), 0 2px 6px rgb(12 30 34 / 8%)',
    xl: '0 24px 64px rgb(12 30 34 / 20%)',
  },
  // By name rather than by import, so that the theme loads no component.
  components: {
    Button: { defaultProps: { size: 'sm', fw: 550 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 32 } },
    Tooltip: { defaultProps: { openDelay: 350, fz: 12, px: 8, py: 4, withinPortal: true } },
    Menu: {
      // Beside its button, so that it stays inside the landmark that the button belongs to.
      defaultProps: {
        shadow: 'lg',
        radius: 'md',
        offset: 6,
        withinPortal: false,
        withInitialFocusPlaceholder: false,
        transitionProps: { duration: 90 },
      },
    },
    Popover: {
      defaultProps: { shadow: 'lg', radius: 'md', transitionProps: { duration: 90 } },
    },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', shadow: 'xl', transitionProps: { duration: 120 } },
    },
    TextInput: { defaultProps: { size: 'sm' } },
    SegmentedControl: { defaultProps: { size: 'xs', radius: 'md' } },
  },
})

/** Repairs what Mantine's defaults leave below AA in either scheme. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#182125',
    '--mantine-color-dimmed': '#596970',
    '--mantine-color-placeholder': '#65757b',
    '--mantine-color-error': '#a0251e',
    '--mantine-color-anchor': '#0b5c68',
    '--mantine-color-default-border': '#d4dcde',
    '--mantine-color-gray-light-color': '#2c383d',
    '--mantine-color-brand-light-color': '#094a54',
    '--mantine-color-red-light-color': '#801d18',
    '--mantine-color-green-light-color': '#134f2e',
    '--mantine-color-disabled-color': '#65757b',
  },
  dark: {
    '--mantine-color-body': '#161d20',
    '--mantine-color-text': '#e4eaec',
    '--mantine-color-dimmed': '#9fadb2',
    '--mantine-color-placeholder': '#94a2a7',
    '--mantine-color-error': '#f3a09a',
    '--mantine-color-anchor': '#72c0c7',
    '--mantine-color-default-border': '#33403f',
    '--mantine-color-gray-light-color': '#c5cfd2',
    '--mantine-color-brand-light': 'rgb(114 192 199 / 18%)',
    '--mantine-color-brand-light-hover': 'rgb(114 192 199 / 26%)',
    '--mantine-color-brand-light-color': '#a3d7db',
    '--mantine-color-red-light-color': '#f3b4b0',
    '--mantine-color-green-light-color': '#a6dcba',
    '--mantine-color-disabled-color': '#94a2a7',
  },
})
