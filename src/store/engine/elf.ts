/** The few parts of a 64-bit little-endian ELF shared object that say which C library it asks for. */

const MAGIC = 0x464c457f
const CLASS_64 = 2
const DATA_LITTLE_ENDIAN = 1
const SECTION_DYNSYM = 11
const SECTION_VERNEED = 0x6ffffffe
const SECTION_VERSYM = 0x6fffffff
const SYMBOL_BYTES = 24

/** Machine numbers of the two processors the engine is published for on Linux. */
export const MACHINE_X86_64 = 62
export const MACHINE_AARCH64 = 183

export class ElfError extends Error {
  override readonly name = 'ElfError'
}

/** One version a library must offer, such as GLIBC_2.38 of libc.so.6. */
export interface VersionNeed {
  readonly library: string
  readonly name: string
  /** What `.gnu.version` holds for the symbols bound to this version. */
  readonly index: number
  /** Where the entry lies in the file. */
  readonly entryOffset: number
}

/** A symbol this object takes from another library. */
export interface UndefinedSymbol {
  readonly name: string
  readonly versionIndex: number
  readonly entryOffset: number
  readonly nameOffset: number
}

/** The dynamic imports of one object, with the file offsets needed to rewrite them. */
export interface ElfImports {
  readonly machine: number
  readonly versions: readonly VersionNeed[]
  readonly symbols: readonly UndefinedSymbol[]
  /** Offset of `text` as a whole, NUL-ended string in the string table, relative to that table. */
  findString(text: string): number | undefined
}

interface Section {
  readonly type: number
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
}

function readSections(file: Buffer): Section[] {
  const table = Number(file.readBigUInt64LE(0x28))
  const entryBytes = file.readUInt16LE(0x3a)
  const count = file.readUInt16LE(0x3c)
  const sections: Section[] = []
  for (let i = 0; i < count; i++) {
    const at = table + i * entryBytes
    sections.push({
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 0x18)),
      size: Number(file.readBigUInt64LE(at + 0x20)),
      link: file.readUInt32LE(at + 0x28),
      info: file.readUInt32LE(at + 0x2c),
    })
  }
  return sections
}

/** The chain's next entry. A link of zero where more are announced would hold us in place for ever. */
function next(at: number, link: number, more: boolean): number {
  if (more && link === 0) throw new ElfError('a table ends before its announced length')
  return at + link
}

function readVersions(file: Buffer, section: Section, textAt: (offset: number) => string): VersionNeed[] {
  const versions: VersionNeed[] = []
  let needAt = section.offset
  for (let n = 0; n < section.info; n++) {
    const library = textAt(file.readUInt32LE(needAt + 4))
    const auxCount = file.readUInt16LE(needAt + 2)
    let auxAt = needAt + file.readUInt32LE(needAt + 8)
    for (let a = 0; a < auxCount; a++) {
      versions.push({
        library,
        name: textAt(file.readUInt32LE(auxAt + 8)),
        index: file.readUInt16LE(auxAt + 6),
        entryOffset: auxAt,
      })
      auxAt = next(auxAt, file.readUInt32LE(auxAt + 12), a + 1 < auxCount)
    }
    needAt = next(needAt, file.readUInt32LE(needAt + 12), n + 1 < section.info)
  }
  return versions
}

/** Reads what `file` imports. Throws ElfError for anything that is not such an object, cut files included. */
export function readImports(file: Buffer): ElfImports {
  try {
    return readImportsUnchecked(file)
  } catch (error) {
    if (error instanceof RangeError) throw new ElfError('the file ends in the middle of a table')
    throw error
  }
}

function readImportsUnchecked(file: Buffer): ElfImports {
  if (file.readUInt32LE(0) !== MAGIC) throw new ElfError('not an ELF file')
  if (file[4] !== CLASS_64 || file[5] !== DATA_LITTLE_ENDIAN) {
    throw new ElfError('not a 64-bit little-endian ELF file')
  }
  const sections = readSections(file)
  const only = (type: number, name: string): Section => {
    const found = sections.find((section) => section.type === type)
    if (!found) throw new ElfError(`the file has no ${name} section`)
    return found
  }
  const dynsym = only(SECTION_DYNSYM, '.dynsym')
  const versym = only(SECTION_VERSYM, '.gnu.version')
  const verneed = only(SECTION_VERNEED, '.gnu.version_r')
  const strings = sections[dynsym.link]
  if (!strings || verneed.link !== dynsym.link)
    throw new ElfError('the file has no single dynamic string table')
  const text = file.subarray(strings.offset, strings.offset + strings.size)

  const textAt = (offset: number): string => {
    const end = text.indexOf(0, offset)
    if (offset >= text.length || end < 0) throw new ElfError('a name points outside the string table')
    return text.toString('latin1', offset, end)
  }

  const symbols: UndefinedSymbol[] = []
  // Entry 0 is the reserved null symbol.
  for (let i = 1; i < dynsym.size / SYMBOL_BYTES; i++) {
    const at = dynsym.offset + i * SYMBOL_BYTES
    if (file.readUInt16LE(at + 6) !== 0) continue
    const nameOffset = file.readUInt32LE(at)
    symbols.push({
      name: textAt(nameOffset),
      // The top bit marks hidden definitions and is no part of the index.
      versionIndex: file.readUInt16LE(versym.offset + i * 2) & 0x7fff,
      entryOffset: at,
      nameOffset,
    })
  }
  return {
    machine: file.readUInt16LE(0x12),
    versions: readVersions(file, verneed, textAt),
    symbols,
    findString(wanted) {
      const at = text.indexOf(Buffer.from(`\0${wanted}\0`, 'latin1'))
      return at < 0 ? undefined : at + 1
    },
  }
}

/** The System V hash that the dynamic loader compares before it compares names. */
export function elfHash(name: string): number {
  let hash = 0
  for (const byte of Buffer.from(name, 'latin1')) {
    hash = ((hash << 4) + byte) >>> 0
    const high = hash & 0xf0000000
    if (high !== 0) hash ^= high >>> 24
    hash = (hash & ~high) >>> 0
  }
  return hash
}

/** Makes the version entry at `entryOffset` ask for another version; `nameOffset` is its place in the string table. */
export function writeVersionNeed(file: Buffer, entryOffset: number, name: string, nameOffset: number): void {
  file.writeUInt32LE(elfHash(name), entryOffset)
  file.writeUInt32LE(nameOffset, entryOffset + 8)
}

/** Makes the symbol at `entryOffset` take the name that starts at `nameOffset` of the string table. */
export function writeSymbolName(file: Buffer, entryOffset: number, nameOffset: number): void {
  file.writeUInt32LE(nameOffset, entryOffset)
}
