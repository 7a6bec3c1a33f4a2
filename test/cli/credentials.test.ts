import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findLooseFiles, mergeVariables, unignoredSecrets } from '../../electron/core/config/credentialFiles.ts'
import { inspectConfig } from '../../electron/core/config/loadConfig.ts'
import { runCommand } from './fakeIo.ts'

const KEY = 'AKIAIOSFODNN7EXAMPLE'
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const isWindows = process.platform === 'win32'

function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-credentials-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, '.git'))
  return folder
}

/** The seed's `credentials/` folder. */
function withSeedFiles(folder: string): void {
  mkdirSync(join(folder, 'credentials'))
  const exports = [
    `export AWS_ACCESS_KEY_ID="${KEY}"`,
    `export AWS_SECRET_ACCESS_KEY="${SECRET}"`,
    'export S3_REGION="eu-west-1"',
  ]
  writeFileSync(join(folder, 'credentials', 'expanso-s3-env.sh'), `${exports.join('\n')}\n`, { mode: 0o600 })
  writeFileSync(
    join(folder, 'credentials', 'expanso-databricks-s3.yaml'),
    's3_bucket_prefix: acme\ns3_buckets:\n  raw: acme-own-raw\n',
    { mode: 0o600 },
  )
}

describe('fieldgate credentials setup', () => {
  test('carries keys, region and bucket names of the seed files to .env, for its owner only and ignored by git', async () => {
    const cwd = workspace()
    withSeedFiles(cwd)
    const run = await runCommand(['credentials', 'setup'], { cwd })
    expect(run).toMatchObject({ code: 0, err: '' })
    expect(`${run.out}${run.err}`).not.toContain(SECRET)
    expect(run.out).toContain('…MPLE')
    expect(readFileSync(join(cwd, '.env'), 'utf8').split('\n')).toEqual(
      expect.arrayContaining([
        `AWS_ACCESS_KEY_ID=${KEY}`,
        `AWS_SECRET_ACCESS_KEY=${SECRET}`,
        'S3_PREFIX=acme',
        'S3_REGION=eu-west-1',
        'S3_BUCKET_RAW=acme-own-raw',
      ]),
    )
    expect(isWindows || (statSync(join(cwd, '.env')).mode & 0o777) === 0o600).toBe(true)
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.env\ncredentials/\n')
    rmSync(join(cwd, 'credentials'), { recursive: true })
    const { config, problems } = inspectConfig({ env: {}, cwd })
    expect(problems).toEqual([])
    expect(config.store).toMatchObject({
      region: 'eu-west-1',
      credentials: { kind: 'static', accessKeyId: KEY, secretAccessKey: SECRET },
    })
    expect(config.buckets.names['raw']).toBe('acme-own-raw')
  })

  test('twice changes nothing, and other lines of .env stay', async () => {
    const cwd = workspace()
    withSeedFiles(cwd)
    writeFileSync(join(cwd, '.env'), '# mine\nNODE_ID=n1\nAWS_PROFILE=old\n')
    await runCommand(['credentials', 'setup'], { cwd })
    const first = readFileSync(join(cwd, '.env'), 'utf8')
    expect(first).toMatch(/^# mine\nNODE_ID=n1\n/)
    expect(first).not.toContain('AWS_PROFILE')
    await runCommand(['credentials', 'setup'], { cwd })
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe(first)
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.env\ncredentials/\n')
  })

  test('with a profile or the role of the machine no key stays behind', async () => {
    const cwd = workspace()
    writeFileSync(join(cwd, '.env'), `AWS_ACCESS_KEY_ID=${KEY}\nAWS_SECRET_ACCESS_KEY=${SECRET}\n`)
    expect(await runCommand(['credentials', 'setup', '--profile', 'field sso'], { cwd })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe('AWS_PROFILE="field sso"\n')
    expect(inspectConfig({ env: { S3_PREFIX: 'acme' }, cwd }).config.store).toMatchObject({
      credentials: { kind: 'profile', profile: 'field sso' },
    })
    expect(await runCommand(['credentials', 'setup', '--instance-role'], { cwd })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe('FIELDGATE_CREDENTIALS=instance\n')
    expect(inspectConfig({ env: { S3_PREFIX: 'acme' }, cwd }).config.store).toMatchObject({
      credentials: { kind: 'instance' },
    })
  })

  test('takes the environment before the folder, session token included', async () => {
    const cwd = workspace()
    withSeedFiles(cwd)
    const env = {
      AWS_ACCESS_KEY_ID: 'ASIAOTHER',
      AWS_SECRET_ACCESS_KEY: 'other',
      AWS_SESSION_TOKEN: 'token/with+signs==',
    }
    await runCommand(['credentials', 'setup'], { cwd, env })
    const text = readFileSync(join(cwd, '.env'), 'utf8')
    expect(text).toContain(
      'AWS_ACCESS_KEY_ID=ASIAOTHER\nAWS_SECRET_ACCESS_KEY=other\nAWS_SESSION_TOKEN=token/with+signs==\n',
    )
  })

  test('says what is missing, and writes nothing then', async () => {
    const cwd = workspace()
    const run = await runCommand(['credentials', 'setup'], { cwd })
    expect(run).toMatchObject({
      code: 1,
      err: expect.stringContaining('hint: Put the keys into credentials/') as string,
    })
    expect(await runCommand(['credentials', 'setup', '--profile', 'a', '--instance-role'], { cwd })).toMatchObject({
      code: 2,
    })
    expect(existsSync(join(cwd, '.env'))).toBe(false)
  })

  test('refuses a value that would be read back as another', () => {
    for (const value of ['a"b', 'a$b', "a'b", 'a\nb', 'a\\b']) {
      expect(() => mergeVariables('', new Map([['AWS_PROFILE', value]]))).toThrow('AWS_PROFILE')
    }
  })
})

describe('who may read the secrets', () => {
  test.skipIf(isWindows)('files that others can read are found, with their permissions', () => {
    const folder = workspace()
    withSeedFiles(folder)
    const places = { workspace: folder, credentialsFolder: join(folder, 'credentials'), home: folder }
    expect(findLooseFiles(places)).toEqual([])
    chmodSync(join(folder, 'credentials', 'expanso-s3-env.sh'), 0o644)
    writeFileSync(join(folder, '.env'), '')
    chmodSync(join(folder, '.env'), 0o640)
    expect(findLooseFiles(places)).toEqual([
      { path: join(folder, '.env'), mode: '0640' },
      { path: join(folder, 'credentials', 'expanso-s3-env.sh'), mode: '0644' },
    ])
  })

  test('what git would take up is found, in a folder of a checkout too', () => {
    const folder = workspace()
    const inner = join(folder, 'site')
    mkdirSync(inner)
    expect(unignoredSecrets(inner)).toEqual(['.env', 'credentials/'])
    writeFileSync(join(folder, '.gitignore'), '*.env\n')
    expect(unignoredSecrets(inner)).toEqual(['credentials/'])
    writeFileSync(join(inner, '.gitignore'), 'credentials/*\n')
    expect(unignoredSecrets(inner)).toEqual([])
    rmSync(join(folder, '.git'), { recursive: true })
    rmSync(join(folder, '.gitignore'))
    expect(unignoredSecrets(inner)).toEqual([])
  })
})
