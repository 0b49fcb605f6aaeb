/** Where tests of many small databases keep them: every index of a database waits for the disk when it is made. */
import { readFileSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const IN_MEMORY = '/dev/shm'
/** A run needs a fraction of it; containers often have 64 MB, which is too little. */
const ENOUGH_BYTES = 2 * 1024 ** 3

/** A folder in memory, or the temporary folder where there is none of use: none, a small one, one that runs no programs. */
export function quickFolder(): string {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .findLast(([, place]) => place === IN_MEMORY)
    const options = mount?.[3]?.split(',') ?? []
    // The engine is a library that is loaded from beside its data.
    if (mount?.[2] !== 'tmpfs' || options.includes('noexec') || options.includes('ro')) return tmpdir()
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize >= ENOUGH_BYTES ? IN_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}
