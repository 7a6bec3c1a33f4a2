import { createCli } from '../../electron/cli/cli.ts'
import { createProgram } from '../../electron/cli/program.ts'
import { readVersion } from './version.mjs'

const silent = { write: () => undefined }
const io = { stdout: silent, stderr: silent, env: {}, cwd: '.', onSignal: () => () => undefined, exit: () => undefined }

/** The manual page fieldgate(1) in roff, made from the help that the command itself prints. */
export function writeManPage() {
  const program = createProgram(createCli(io, () => undefined))
  return [
    `.TH FIELDGATE 1 "" "fieldgate ${readVersion()}" "User Commands"`,
    '.SH NAME',
    `fieldgate \\- ${plain('carries readings of sensor nodes to S3 exactly once, and proves it')}`,
    '.SH SYNOPSIS',
    '.B fieldgate',
    plain('[options] command'),
    '.SH DESCRIPTION',
    plain(program.description()),
    '.SH OPTIONS',
    ...options(program),
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => section(command, command.name())),
    '.SH EXIT STATUS',
    ...tagged('0', 'done'),
    ...tagged('1', 'a finding or a failure'),
    ...tagged('2', 'the command line or the configuration cannot be understood'),
    '.SH FILES',
    ...tagged('fieldgate.yaml', 'configuration of a workspace; databricks-uploader-config.yaml is understood too'),
    ...tagged('state/', 'ledger of a workspace'),
    ...tagged('/etc/fieldgate/uploader.env', 'credentials of the systemd unit fieldgate-uploader.service'),
    '',
  ].join('\n')
}

/** Every command of the program by its full name, such as "config set". */
export function commandNames(command = createProgram(createCli(io, () => undefined)), prefix = '') {
  return command.commands.flatMap((child) => [
    `${prefix}${child.name()}`,
    ...commandNames(child, `${prefix}${child.name()} `),
  ])
}

function section(command, name) {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  return [
    `.SS ${plain([name, ...args].join(' '))}`,
    plain(command.description()),
    ...options(command),
    ...command.commands.flatMap((child) => section(child, `${name} ${child.name()}`)),
  ]
}

function options(command) {
  return command.options
    .filter((option) => !option.hidden)
    .flatMap((option) => tagged(option.flags, option.description))
}

function tagged(tag, text) {
  return ['.TP', `.B ${plain(tag)}`, plain(text)]
}

/** Text as roff reads it back: no hyphen becomes a dash, no line a request. */
function plain(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
}
