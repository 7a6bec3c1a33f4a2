import { Command } from 'commander'
import { expect, test } from 'vitest'
import { createCli } from '../../electron/cli/cli.ts'
import { EXIT } from '../../electron/cli/exitCodes.ts'
import { createProgram } from '../../electron/cli/program.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'
import { makeFolder } from '../config/workspaces.ts'
import { runCommand } from './fakeIo.ts'

const idle = { write: () => undefined }
const silentIo = {
  stdout: idle,
  stderr: idle,
  env: {},
  cwd: '.',
  onSignal: () => () => undefined,
  exit: () => undefined,
}

function everyCommand(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)])
}

test('the help lists every command, the common options and the exit codes', async () => {
  const { code, out } = await runCommand(['--help'], { cwd: '.' })
  expect(code).toBe(EXIT.done)
  for (const word of [
    'upload',
    'status',
    'pipeline',
    'reconcile',
    'config',
    '--config',
    '--workspace',
    '--sqlite',
    '--json',
  ]) {
    expect(out).toContain(word)
  }
  expect(out).toMatch(/0 {2}done\n\s+1 {2}a finding or a failure\n\s+2 /)
})

test('every command and option explains itself', async () => {
  const program = createProgram(createCli(silentIo, () => undefined))
  const commands = everyCommand(program)
  expect(commands.length).toBeGreaterThan(10)
  const silent = commands
    .filter((command) => !/^[A-Z].{15,}/.test(command.description()))
    .map((command) => command.name())
  expect(silent).toEqual([])
  expect(commands.flatMap((command) => command.options).filter((option) => option.description === '')).toEqual([])
})

test.each([
  [['stauts'], 'Did you mean status?'],
  [['upload', '--onec'], "unknown option '--onec'"],
  [['pipeline', 'set'], "missing required argument 'type'"],
  [['pipeline', '--db', 'a.db', 'history', '--limit', 'x'], 'error: --limit takes a whole number above 0, not "x".'],
  [[], 'Usage: fieldgate'],
])('%j is a usage error', async (args, text) => {
  const { code, out, err } = await runCommand(args, { cwd: makeFolder() })
  expect(code).toBe(EXIT.usage)
  expect(out).toBe('')
  expect(err).toContain(text)
})

test('common options are understood before and after the command', async () => {
  const cwd = makeFolder({ 'site/fieldgate.yaml': 'sqlite: a.db\n' })
  const before = await runCommand(['--workspace', 'site', '--json', 'config', 'check'], { cwd })
  const after = await runCommand(['config', 'check', '--json', '--workspace', 'site'], { cwd })
  expect(before).toEqual(after)
  expect(JSON.parse(after.out)).toMatchObject({ problems: [], nodes: 1 })
})

test('with nothing configured a command says how to begin', async () => {
  const { code, out, err } = await runCommand(['upload', '--once'], { cwd: makeFolder() })
  expect(code).toBe(EXIT.finding)
  expect(out).toBe('')
  expect(err).toMatch(/^error: Nothing is configured in .*\nhint: Pass --sqlite PATH/)
})

test('with --json an error is one line of JSON on stderr and stdout stays empty', async () => {
  const { code, out, err } = await runCommand(['status', '--json'], { cwd: makeFolder() })
  expect(code).toBe(EXIT.finding)
  expect(out).toBe('')
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'notFound', retryable: false } })
})

test('a file named by an option must exist', async () => {
  const { code, err } = await runCommand(['status', '--config', 'none.yaml'], { cwd: makeFolder() })
  expect(code).toBe(EXIT.finding)
  expect(err).toContain('Check the path after --config.')
})

test('the first signal asks the command to finish, the second ends the process', async () => {
  const exits: number[] = []
  let send: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined
  const cli = createCli(
    {
      ...silentIo,
      onSignal: (listener) => {
        send = listener
        return () => undefined
      },
      exit: (code) => exits.push(code),
    },
    () => undefined,
  )
  let wasAborted = false
  await cli.run(new Command('x'), async ({ signal }) => {
    send('SIGTERM')
    wasAborted = signal.aborted
    expect(exits).toEqual([])
    send('SIGTERM')
    return EXIT.done
  })
  expect(wasAborted).toBe(true)
  expect(exits).toEqual([143])
})

test('exit codes follow what happened: a finding, a usage error, a bug', async () => {
  const outcome = async (work: () => Promise<0 | 1 | 2>): Promise<number> => {
    let code: number = EXIT.done
    await createCli(silentIo, (own) => (code = Math.max(code, own))).run(new Command('x'), work)
    return code
  }
  expect(await outcome(async () => EXIT.finding)).toBe(1)
  expect(await outcome(() => Promise.reject(new FieldgateError('invalid', 'Wrong.')))).toBe(2)
  expect(await outcome(() => Promise.reject(new TypeError('a bug')))).toBe(1)
})
