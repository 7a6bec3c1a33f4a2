/**
 * `node scripts/signUpdate.mjs --key KEY.pem FOLDER`: makes a folder of installers an update that a stick can carry. The signature is
 * Ed25519 over the bytes of fieldgate-update.json. `--new-key KEY.pem` makes a key and prints its public half for updates.json.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readVersion } from './package/version.mjs'

const KINDS = { AppImage: 'linux', deb: 'linux', rpm: 'linux', exe: 'win32', dmg: 'darwin' }

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, 'new-key': { type: 'string' }, notes: { type: 'string' } },
  })
  const fresh = values['new-key']
  if (fresh !== undefined) return makeKey(fresh)
  const [folder] = positionals
  if (values.key === undefined || folder === undefined) return fail('Name a key and a folder: --key KEY.pem FOLDER')
  const files = readdirSync(folder).flatMap((name) => describe(folder, name))
  if (files.length === 0) return fail(`${folder} holds no installer of the desktop app.`)
  const notes = values.notes === undefined ? '' : readFileSync(values.notes, 'utf8')
  const manifest = Buffer.from(
    `${JSON.stringify({ format: 1, name: 'fieldgate', version: readVersion(), notes, files }, null, 2)}\n`,
  )
  const signature = sign(null, manifest, createPrivateKey(readFileSync(values.key)))
  writeFileSync(join(folder, 'fieldgate-update.json'), manifest)
  writeFileSync(join(folder, 'fieldgate-update.json.sig'), `${signature.toString('base64')}\n`)
  process.stdout.write(`${files.length} installers of ${readVersion()} signed in ${folder}\n`)
}

/** An installer as the manifest names it; nothing for any other file. The command's own packages are not updated this way. */
function describe(folder, name) {
  const ending = name.slice(name.lastIndexOf('.') + 1)
  const platform = KINDS[ending]
  if (platform === undefined || /^fieldgate[_-]\d/.test(name)) return []
  const content = readFileSync(join(folder, name))
  const sha256 = createHash('sha256').update(content).digest('hex')
  const arch = /arm64|aarch64/.test(name) ? 'arm64' : 'x64'
  return [{ platform, arch, kind: ending === 'exe' ? 'nsis' : ending, name, bytes: content.length, sha256 }]
}

function makeKey(path) {
  if (existsSync(path)) return fail(`${path} exists already; a key is never overwritten.`)
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  process.stdout.write(`${Buffer.from(x, 'base64url').toString('base64')}\n`)
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`)
  process.exitCode = 2
}

main()
