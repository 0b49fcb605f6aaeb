/** `npm run docs`: writes the tables that the code knows into the README. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readText } from '../architecture/repository.ts'
import { withTables } from '../architecture/tables.ts'

writeFileSync(join(ROOT, 'README.md'), withTables(readText('README.md')))
