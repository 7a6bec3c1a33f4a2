/** `node scripts/sbom.mjs [FILE]`: the bill of materials in CycloneDX, to a file or to the terminal. */
import { writeFileSync } from 'node:fs'
import { writeSbom } from './package/sbom.mjs'

const text = `${JSON.stringify(writeSbom(), null, 2)}\n`
const [file] = process.argv.slice(2)
if (file === undefined) process.stdout.write(text)
else writeFileSync(file, text)
