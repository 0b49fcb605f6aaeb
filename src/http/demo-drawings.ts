/** What the demo shop sells, drawn by hand so that the page loads nothing from anywhere. */
export interface DemoProduct {
  readonly name: string
  readonly about: string
  readonly price: string
  /** Inline SVG, 200 × 160. */
  readonly drawing: string
}

const drawing = (label: string, shapes: string): string =>
  `<svg viewBox="0 0 200 160" role="img" aria-label="${label}"><ellipse class="shade" cx="100" cy="138" rx="64" ry="8"/>${shapes}</svg>`

/** The shelf, in order. */
export const DEMO_PRODUCTS: readonly DemoProduct[] = [
  {
    name: 'Morning mug',
    about: 'Holds a whole coffee, and the hand that needs it. Speckled stoneware, 320 ml.',
    price: '€ 24',
    drawing: drawing(
      'A mug with steam',
      `<path class="line" d="M86 34c-8-8 6-12 0-22M104 34c-8-8 6-12 0-22"/>
       <path class="clay" d="M62 46h72l-5 82a10 10 0 0 1-10 9H77a10 10 0 0 1-10-9z"/>
       <path class="glaze" d="M62 46h72l-2 32c-12 10-22-6-34 2s-22 8-34-2z"/>
       <path class="rim" d="M134 60c30-6 34 46-4 46"/>
       <circle class="dot" cx="84" cy="112" r="2"/><circle class="dot" cx="112" cy="104" r="2"/><circle class="dot" cx="100" cy="124" r="2"/>`,
    ),
  },
  {
    name: 'Tall vase',
    about: 'For one branch or a whole meadow. Thrown in two parts, no two alike.',
    price: '€ 68',
    drawing: drawing(
      'A vase with twigs',
      `<path class="stem" d="M100 52C98 30 84 22 76 8M100 52c2-20 14-28 26-38M100 52V12"/>
       <ellipse class="leaf" cx="78" cy="18" rx="9" ry="5" transform="rotate(50 78 18)"/>
       <ellipse class="leaf" cx="122" cy="22" rx="9" ry="5" transform="rotate(-40 122 22)"/>
       <ellipse class="leaf" cx="100" cy="14" rx="5" ry="9"/>
       <path class="clay" d="M88 50h24c0 18 22 30 22 56 0 20-14 32-34 32s-34-12-34-32c0-26 22-38 22-56z"/>
       <path class="glaze" d="M88 50h24c0 18 22 30 22 52-14 10-22-6-34 0s-22 8-34-2c1-22 22-34 22-50z"/>`,
    ),
  },
  {
    name: 'Breakfast bowl',
    about: 'Deep enough for porridge, wide enough for fruit. Goes into any oven.',
    price: '€ 31',
    drawing: drawing(
      'A bowl of berries',
      `<circle class="berry" cx="80" cy="66" r="13"/><circle class="berry" cx="104" cy="60" r="13"/><circle class="berry" cx="126" cy="68" r="12"/>
       <path class="clay" d="M42 72h116c0 38-24 64-58 64S42 110 42 72z"/>
       <path class="glaze" d="M42 72h116c0 8-1 14-3 20-18 10-32-6-52 0s-36 8-58-2c-2-6-3-11-3-18z"/>`,
    ),
  },
  {
    name: 'Garden teapot',
    about: 'Pours without a drip: we tried 40 spouts before this one. 900 ml.',
    price: '€ 84',
    drawing: drawing(
      'A teapot',
      `<path class="rim" d="M138 74c30-10 36 40 0 44"/>
       <path class="clay" d="M60 92 34 70c-6-4 0-10 6-8l30 14z"/>
       <path class="clay" d="M58 96c0-28 20-40 44-40s42 12 42 40c0 26-16 42-43 42s-43-16-43-42z"/>
       <path class="glaze" d="M62 78c8-15 22-22 40-22s32 8 39 24c-16 12-28-4-44 2s-24 4-35-4z"/>
       <path class="lid" d="M74 58c8-14 48-14 56 0z"/><circle class="dot" cx="102" cy="42" r="6"/>`,
    ),
  },
  {
    name: 'Window planter',
    about: 'With a saucer that fits. Unglazed inside, so that roots can breathe.',
    price: '€ 39',
    drawing: drawing(
      'A plant in a pot',
      `<path class="stem" d="M100 84V40"/>
       <ellipse class="leaf" cx="82" cy="56" rx="22" ry="10" transform="rotate(30 82 56)"/>
       <ellipse class="leaf" cx="119" cy="50" rx="22" ry="10" transform="rotate(-32 119 50)"/>
       <ellipse class="leaf" cx="100" cy="30" rx="10" ry="22"/>
       <path class="clay" d="M60 84h80l-9 46a8 8 0 0 1-8 6H77a8 8 0 0 1-8-6z"/>
       <path class="glaze" d="M56 76h88v16H56z"/>`,
    ),
  },
  {
    name: 'Supper plate',
    about: 'A quiet rim that lets the food talk. Sold in fours, kept for years.',
    price: '€ 96',
    drawing: drawing(
      'A stack of plates',
      `<ellipse class="clay" cx="100" cy="124" rx="66" ry="13"/><ellipse class="glaze" cx="100" cy="118" rx="66" ry="13"/>
       <ellipse class="clay" cx="100" cy="106" rx="66" ry="13"/><ellipse class="glaze" cx="100" cy="100" rx="66" ry="13"/>
       <ellipse class="clay" cx="100" cy="88" rx="66" ry="13"/><ellipse class="lid" cx="100" cy="82" rx="66" ry="13"/>
       <ellipse class="rim-thin" cx="100" cy="82" rx="44" ry="8"/>`,
    ),
  },
]
