import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Frame, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

/** Sizes of screens that the pages are made for. */
export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

/**
 * Parts of the browser that no test looks at. The list below the address bar is a page of its own for every window, as
 * dear as one of ours. Only the last such list of a command line counts: what the driver turns off has to stand here too.
 */
const OFF = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'AimEnabled', 'LensOverlay', 'MediaRouter'],
  ...['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'PreconnectToSearch', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'PaintHolding', 'ThirdPartyStoragePartitioning'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'AvoidCorsURLLoaderRestartOnRedirect'],
  ...['DestroyProfileOnBrowserClose'],
]

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['background-networking', 'component-update', 'sync'].map((what) => `--disable-${what}`),
  `--disable-features=${OFF.join(',')}`,
]

/** Starts the machine's chromium, or the one that `CHROMIUM_PATH` names. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: FLAGS })

/** The frames of letters run no script: not even the one that the browser's driver listens to clicks with. */
export const DRIVER_COMPLAINT = /frame is sandboxed and the 'allow-scripts' permission/

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const SCHEMES = ['light', 'dark'] as const

/** Resolves when nothing on the page moves any more: colours and sizes are then what they stay. */
async function stillness(page: Page): Promise<void> {
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
}

/** Everything that axe-core finds wrong with a page of the inbox in light and in dark, one line each. */
export async function violationsInBothSchemes(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor()
    await stillness(page)
    found.push(...(await violations(page)).map((line) => `${colorScheme}: ${line}`))
  }
  return found
}

/** Everything that axe-core finds wrong with what is on the screen, one line each. */
export async function violations(screen: Page | Frame): Promise<string[]> {
  // Run as the browser's own script: pages' policies allow none from elsewhere. Once for each document.
  if (!(await screen.evaluate(() => 'axe' in globalThis))) await screen.evaluate(AXE)
  return screen.evaluate(async () => {
    interface Found {
      readonly violations: readonly {
        id: string
        nodes: { target: string[]; failureSummary?: string; html: string }[]
      }[]
    }
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<Found> } }
    const found = await axe.run({ resultTypes: ['violations'] })
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary, html }) =>
          `${id}: ${target.join(' ')} ${failureSummary} ${html.slice(0, 160)}`,
      ),
    )
  })
}
