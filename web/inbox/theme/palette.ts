import type { MantineColorsTuple } from '@mantine/core'

/** River blue-green. From shade 6 on, white text on it passes AA; up to shade 3 dark text does. */
const brand: MantineColorsTuple = [
  '#e8f6f7',
  '#d0ebed',
  '#a3d7db',
  '#72c0c7',
  '#46a7b0',
  '#258c97',
  '#127380',
  '#0b5c68',
  '#094a54',
  '#07373f',
]

/** Greys with a drop of the brand's hue. Shade 6 is the faintest that may carry text on white. */
const gray: MantineColorsTuple = [
  '#f6f8f8',
  '#eef2f2',
  '#e3e9ea',
  '#d4dcde',
  '#b8c3c6',
  '#8e9ca1',
  '#596970',
  '#45535a',
  '#2c383d',
  '#182125',
]

/** Surfaces and text of the dark scheme; shade 2 is the faintest text on shade 6. */
const dark: MantineColorsTuple = [
  '#e4eaec',
  '#c5cfd2',
  '#9fadb2',
  '#7c8b91',
  '#3b484d',
  '#2c373b',
  '#20292d',
  '#161d20',
  '#11171a',
  '#0c1113',
]

const red: MantineColorsTuple = [
  '#fdeeed',
  '#fadbd9',
  '#f3b4b0',
  '#ec8a84',
  '#e5645c',
  '#d9463d',
  '#bf2f27',
  '#a0251e',
  '#801d18',
  '#5c1511',
]

const green: MantineColorsTuple = [
  '#e9f7ee',
  '#d2eedc',
  '#a6dcba',
  '#77c996',
  '#4db576',
  '#2f9a5b',
  '#1f7c47',
  '#18653a',
  '#134f2e',
  '#0d3820',
]

const amber: MantineColorsTuple = [
  '#fff6e2',
  '#feebc2',
  '#fbd78a',
  '#f6c04f',
  '#eaa621',
  '#c9860c',
  '#96610a',
  '#7a4e08',
  '#5f3d07',
  '#422a04',
]

/** Every colour the inbox uses; the stock ones fail AA in places and are replaced. */
export const colors = { brand, gray, dark, red, green, yellow: amber, amber }
