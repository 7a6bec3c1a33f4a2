import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { createCli } from '../../electron/cli/cli.ts'
import { createProgram } from '../../electron/cli/program.ts'
import { inspectConfig } from '../../electron/core/config/loadConfig.ts'
import { makeFolder } from '../config/workspaces.ts'
import { settingRows } from './settingsTable.ts'
import { listFiles, readText, ROOT } from './sources.ts'

const DOCUMENTS = listFiles().filter((path) => path.endsWith('.md') && !path.startsWith('test/'))
const idle = { write: () => undefined }
const program = createProgram(
  createCli(
    { stdout: idle, stderr: idle, env: {}, cwd: '.', onSignal: () => () => undefined, exit: () => undefined },
    () => undefined,
  ),
)

test('the table of settings in the manual is the table in the code', () => {
  const manual = readText('docs/configuration.md').split('\n')
  expect(settingRows().filter((row) => !manual.includes(row))).toEqual([])
  const documented = manual.filter((line) => /^\| `[a-z_.]+` \|/.test(line))
  expect(documented).toEqual(settingRows())
})

test('every example of a configuration in the documents is in order', () => {
  let examples = 0
  for (const path of DOCUMENTS) {
    for (const match of readText(path).matchAll(/```yaml\n([\s\S]*?)```/g)) {
      const text = match[1] ?? ''
      if (!/^(sqlite|nodes|buckets|s3_configuration):/m.test(text)) continue
      examples++
      const { problems } = inspectConfig({ env: {}, cwd: makeFolder(), text })
      expect({ path, problems }).toEqual({ path, problems: [] })
    }
  }
  expect(examples).toBeGreaterThan(1)
})

test('every link and picture of a document leads to a file', () => {
  const broken = DOCUMENTS.flatMap((path) =>
    [...readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map((match) => posix.join(dirname(path), match[1] ?? ''))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${path} → ${target}`),
  )
  expect(broken).toEqual([])
})

test('the README names every command, and every command it shows exists', () => {
  const readme = readText('README.md')
  const commands = everyCommand(program)
  expect(commands.filter((name) => !readme.includes(`fieldgate ${name.split(' ')[0]}`))).toEqual([])
  const shown = [...readme.matchAll(/^(?:npm run -s fieldgate -- |fieldgate )(.+)$/gm)].map((match) => match[1] ?? '')
  expect(shown.length).toBeGreaterThan(5)
  const unknown = shown.filter((line) => {
    const words = line.split(/\s+/).filter((word) => /^[a-z]+$/.test(word))
    return !commands.some((name) => name === words.slice(0, name.split(' ').length).join(' '))
  })
  expect(unknown).toEqual([])
})

test('every decision is listed', () => {
  const index = readText('docs/decisions/README.md')
  const decisions = DOCUMENTS.filter((path) => /^docs\/decisions\/\d{4}-/.test(path))
  expect(decisions.length).toBeGreaterThan(5)
  expect(decisions.filter((path) => !index.includes(`](${path.slice('docs/decisions/'.length)})`))).toEqual([])
})

test('every npm script a document names exists', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  const named = DOCUMENTS.flatMap((path) =>
    [...readText(path).matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map((match) => match[1] ?? ''),
  )
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
})

test('every script of package.json starts a file that exists', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  const files = Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/\b(?:scripts|bench|electron)\/[\w/.-]+\.(?:mjs|ts)/g)].map((match) => match[0]),
  )
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
})

function everyCommand(command: Command, prefix = ''): readonly string[] {
  return command.commands.flatMap((child) => [
    `${prefix}${child.name()}`,
    ...everyCommand(child, `${prefix}${child.name()} `),
  ])
}
