import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diagnose, failureOf, makeFaultBench, makeFaultFolder, SMALL_OBJECTS } from './bench.ts'
import { runLimited } from './limits.ts'
import { CAN_MOUNT, mountSmallDisk } from './smallDisk.ts'

const DISK_BYTES = 4 << 20

describe.runIf(CAN_MOUNT)('a real disk of 4 MiB', () => {
  test.each([
    ['before the ledger fits', 'state', 0],
    ['in the middle of an upload', 'state', 300_000],
    ['before the store opens', 'objects', 0],
    ['between two objects', 'objects', 300_000],
  ])(
    'full %s (%s folder): the cause is named with its remedy, and once freed all is delivered',
    async (_when, part, spareBytes) => {
      const folder = makeFaultFolder()
      const disk = mountSmallDisk(join(folder, part), DISK_BYTES)
      const bench = makeFaultBench(1500, SMALL_OBJECTS, { folder })
      disk.fill(spareBytes)
      const failure = failureOf(await bench.upload())
      expect(failure).toMatchObject({ code: 'diskFull', hint: expect.stringMatching(/[Ff]ree (?:some )?space/) })
      const full = (await diagnose(bench)).find(({ check, subject }) => check === 'disk' && subject === disk.folder)
      expect(full).toMatchObject({ verdict: 'bad', remedy: { detail: expect.stringMatching(/Free space/) } })
      disk.free()
      await bench.deliverAndProve()
    },
  )

  test('mounted read-only: denied with the remedy, nothing changes, and once writable all is delivered', async () => {
    const folder = makeFaultFolder()
    const disk = mountSmallDisk(join(folder, 'state'), DISK_BYTES)
    const bench = makeFaultBench(500, SMALL_OBJECTS, { folder })
    await bench.deliverAndProve()
    bench.append(500)
    disk.makeReadOnly()
    const failure = failureOf(await bench.upload())
    expect(failure).toMatchObject({ code: 'denied', hint: expect.stringMatching(/writ/) })
    disk.makeWritable()
    await bench.deliverAndProve()
  })
})

test('files that may not grow (ulimit -f): the upload says so and exits 1, and without the limit all is delivered', async () => {
  const bench = makeFaultBench(1500)
  const limited = await runLimited('ulimit -f 64', ['upload', '--once', '--json'], bench)
  expect(failureOf(limited)).toMatchObject({ code: 'unavailable', hint: expect.stringMatching(/disk/) })
  await bench.deliverAndProve()
})

test.each([24, 36, 40])(
  'with %i open files allowed an upload succeeds or says why, and never loses a row',
  async (files) => {
    const bench = makeFaultBench(1500)
    const limited = await runLimited(`ulimit -n ${files}`, ['upload', '--once', '--json'], bench)
    const told = limited.code === 0 ? 'it was enough' : failureOf(limited).hint
    expect(told).toMatch(/ulimit -n|tried again|it was enough/)
    await bench.deliverAndProve()
  },
)
