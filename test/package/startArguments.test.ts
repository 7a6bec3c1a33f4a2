import { expect, test } from 'vitest'
import { commandLineOf, readArguments } from '../../electron/main/arguments.ts'

test('a workspace that is double-clicked opens the folder it lies in', () => {
  expect(readArguments(['/data/depot/fieldgate.yaml'], '/')).toEqual({ workspace: '/data/depot', place: undefined })
  expect(readArguments(['depot/North.fieldgate'], '/data')).toEqual({ workspace: '/data/depot', place: undefined })
  expect(readArguments(['fieldgate://node/node-01'], '/').workspace).toBeUndefined()
  expect(readArguments(['--user-data-dir=/tmp/x.fieldgate'], '/').workspace).toBeUndefined()
})

test('the installed app is the command behind --cli, and behind switches of Chromium only', () => {
  expect(commandLineOf(['--ozone-platform=headless', '--cli', 'upload', '--once'])).toEqual(['upload', '--once'])
  expect(commandLineOf(['--cli'])).toEqual([])
  expect(commandLineOf(['file', '--cli', 'status'])).toBeUndefined()
  expect(commandLineOf(['--workspace', '/data'])).toBeUndefined()
})
