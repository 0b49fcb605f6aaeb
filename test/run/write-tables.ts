/** `npm run docs`: writes the tables that the code knows into the READMEs. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withSettingsTables } from '../../connectors/settings-table.ts'
import { ROOT, readText } from '../architecture/repository.ts'
import { withTables } from '../architecture/tables.ts'

writeFileSync(join(ROOT, 'README.md'), withTables(readText('README.md')))
writeFileSync(join(ROOT, 'connectors/README.md'), withSettingsTables(readText('connectors/README.md')))
