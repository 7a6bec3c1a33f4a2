/** `node scripts/licences.mjs`: writes THIRD-PARTY-LICENSES.txt from what package-lock.json and the sources name. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'
import { LICENCE_FILE, listLicences, undecidedLicences, writeLicences } from './package/licences.mjs'

const packages = listLicences()
writeFileSync(join(ROOT, LICENCE_FILE), writeLicences(packages))
process.stdout.write(`${LICENCE_FILE}: ${packages.length} packages\n`)
for (const sentence of undecidedLicences(packages)) process.stderr.write(`error: ${sentence}\n`)
process.exitCode = undecidedLicences(packages).length === 0 ? 0 : 1
