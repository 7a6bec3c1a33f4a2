import { expect, test } from 'vitest'
import { errorToData } from '../../../shared/domain/errors.ts'

const failed = (code: string, message: string): Error => Object.assign(new Error(message), { code })

test('a full disk is named as such wherever it was met, and is tried again', () => {
  for (const [code, message] of [
    ['ENOSPC', 'ENOSPC: no space left on device, write'],
    ['SQLITE_FULL', 'database or disk is full'],
  ] as const) {
    const data = errorToData(failed(code, message))
    expect(data).toMatchObject({ code: 'diskFull', retryable: true })
    expect(data.message).toContain(message)
    expect(data.hint).toMatch(/Free some space/)
  }
})

test('a read-only disk, too many open files and a failing disk each have their remedy', () => {
  expect(errorToData(failed('EROFS', 'read-only file system'))).toMatchObject({ code: 'denied', retryable: false })
  expect(errorToData(failed('EACCES', 'permission denied, open x')).message).toMatch(/not permit.+ x\.$/)
  expect(errorToData(failed('SQLITE_READONLY_DBMOVED', 'moved')).hint).toMatch(/right to write/)
  expect(errorToData(failed('EMFILE', 'too many open files')).hint).toMatch(/ulimit -n/)
  expect(errorToData(failed('SQLITE_IOERR_WRITE', 'disk I/O error'))).toMatchObject({
    code: 'unavailable',
    retryable: true,
  })
})

test('any other unknown throw stays internal with its message', () => {
  expect(errorToData(new TypeError('x is not a function'))).toEqual({
    code: 'internal',
    message: 'x is not a function',
    retryable: false,
  })
  expect(errorToData(failed('SQLITE_CONSTRAINT', 'unique'))).toMatchObject({ code: 'internal' })
})
