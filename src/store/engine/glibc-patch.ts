/**
 * The engine's published binaries ask for glibc 2.38. All they need of it are the C23 spellings of strtol and
 * its family and a new version of fmod; glibc has had the plain ones for decades. So on 2.36 and 2.37 we make a
 * private copy that asks for those instead. The copy is made on the user's machine and stays there: the
 * engine's licence (SSPL) is no licence for us to hand out changed binaries.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ElfError,
  MACHINE_AARCH64,
  MACHINE_X86_64,
  readImports,
  writeSymbolName,
  writeVersionNeed,
} from './elf.ts'

/** The newest glibc whose symbols the patched copy may use. Below it the engine lacks arc4random. */
export const OLDEST_GLIBC_MINOR = 36
/** From here on the binaries load as they were published. */
export const UNPATCHED_GLIBC_MINOR = 38

const C23_PREFIX = '__isoc23_'
const BASE_VERSIONS: ReadonlyMap<number, string> = new Map([
  [MACHINE_X86_64, 'GLIBC_2.2.5'],
  [MACHINE_AARCH64, 'GLIBC_2.17'],
])
/** Symbols whose old version does the same for every input that the engine gives it. */
const SAFE_WITHOUT_PREFIX: ReadonlySet<string> = new Set(['fmod'])
const MANIFEST = 'manifest.json'
/** Raise it when the patch changes, so that copies made by older releases are made again. */
const PATCH_REVISION = 1

function glibcMinor(versionName: string): number | undefined {
  const match = /^GLIBC_2\.(\d+)$/.exec(versionName)
  return match ? Number(match[1]) : undefined
}

/** Rewrites `file` in place so that glibc 2.36 can load it. Throws ElfError, and then nothing was written. */
export function patchForOlderGlibc(file: Buffer): void {
  const imports = readImports(file)
  const tooNew = imports.versions.filter((need) => (glibcMinor(need.name) ?? 0) > OLDEST_GLIBC_MINOR)
  if (tooNew.length === 0) return
  const base = BASE_VERSIONS.get(imports.machine)
  if (base === undefined) throw new ElfError(`no base glibc version is known for machine ${imports.machine}`)
  const baseNameOffset = imports.findString(base)
  if (baseNameOffset === undefined) throw new ElfError(`the file does not mention ${base}`)

  const indexes = new Set(tooNew.map((need) => need.index))
  const affected = imports.symbols.filter((symbol) => indexes.has(symbol.versionIndex))
  for (const { name } of affected) {
    if (!name.startsWith(C23_PREFIX) && !SAFE_WITHOUT_PREFIX.has(name)) {
      throw new ElfError(`it uses ${name}, which older glibc releases lack`)
    }
  }

  for (const need of tooNew) writeVersionNeed(file, need.entryOffset, base, baseNameOffset)
  for (const symbol of affected) {
    if (symbol.name.startsWith(C23_PREFIX)) {
      writeSymbolName(file, symbol.entryOffset, symbol.nameOffset + C23_PREFIX.length)
    }
  }
}

interface Manifest {
  readonly binding: string
  /** File name → SHA-256 of the patched file. */
  readonly files: Readonly<Record<string, string>>
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))
    const { binding, files } = parsed as Partial<Manifest>
    return typeof binding === 'string' && files !== null && typeof files === 'object'
      ? { binding, files }
      : undefined
  } catch {
    return undefined
  }
}

/** The binding's path when `folder` holds a complete, undamaged copy. */
async function verifiedBinding(folder: string): Promise<string | undefined> {
  const manifest = await readManifest(folder)
  if (!manifest || !(manifest.binding in manifest.files)) return undefined
  try {
    const sound = await Promise.all(
      Object.entries(manifest.files).map(
        async ([name, expected]) => sha256(await readFile(join(folder, name))) === expected,
      ),
    )
    return sound.every(Boolean) ? join(folder, manifest.binding) : undefined
  } catch {
    return undefined
  }
}

/** Identifies the published binaries without reading all 36 MB of them at every start. */
async function fingerprint(packageFolder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`revision ${PATCH_REVISION}\n`)
  for (const name of names) {
    const { size, mtimeMs } = await stat(join(packageFolder, name))
    hash.update(`${name} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}

async function build(
  packageFolder: string,
  names: readonly string[],
  binding: string,
  target: string,
): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 })
  const files: Record<string, string> = {}
  for (const name of names) {
    const bytes = await readFile(join(packageFolder, name))
    patchForOlderGlibc(bytes)
    files[name] = sha256(bytes)
    await writeFile(join(target, name), bytes, { flush: true })
  }
  await writeFile(join(target, MANIFEST), JSON.stringify({ binding, files } satisfies Manifest), {
    flush: true,
  })
}

/**
 * Returns the path of a patched copy of the engine's binding, made under `cacheFolder` when there is no sound
 * one yet. Several processes may ask at once: each builds its own and one of them wins the rename.
 */
export async function patchedBinding(options: {
  readonly packageFolder: string
  readonly packageVersion: string
  readonly cacheFolder: string
}): Promise<string> {
  const { packageFolder, packageVersion, cacheFolder } = options
  const names = (await readdir(packageFolder)).filter((name) => /\.(node|so)$/.test(name)).sort()
  const binding = names.find((name) => name.endsWith('.node'))
  if (binding === undefined) throw new ElfError('the package holds no binding')

  const folder = join(cacheFolder, `${packageVersion}-${await fingerprint(packageFolder, names)}`)
  const ready = await verifiedBinding(folder)
  if (ready !== undefined) return ready

  const draft = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}.draft`
  try {
    await build(packageFolder, names, binding, draft)
    // Only a damaged or half-removed copy can stand here: a sound one was returned above.
    await rename(draft, folder).catch(async () => {
      if ((await verifiedBinding(folder)) !== undefined) return
      await rm(folder, { recursive: true, force: true })
      await rename(draft, folder)
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  const made = await verifiedBinding(folder)
  if (made === undefined) throw new ElfError('the copy could not be read back')
  return made
}
