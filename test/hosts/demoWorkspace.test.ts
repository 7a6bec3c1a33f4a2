import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDemoWorkspace } from '../../electron/worker/demoWorkspace.ts'

let parent: string
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'fieldgate-demos-'))
})
afterAll(() => rmSync(parent, { recursive: true, force: true }))

test('a demo is a whole workspace in a folder of its own, and leaves nothing behind', async () => {
  const abandoned = join(parent, 'fieldgate-demo-99999999-abc')
  const alive = join(parent, `fieldgate-demo-${process.pid}-abc`)
  for (const folder of [abandoned, alive, join(parent, 'fieldgate-demo-notes')]) mkdirSync(folder)
  const demo = await openDemoWorkspace(parent)
  const config = await demo.loadConfig()
  expect(config.nodes).toHaveLength(48)
  expect(config.demo?.seed).toMatch(/\d+/)
  expect(config.store.kind).toBe('embedded')
  expect(config.nodes.every((node) => existsSync(node.sqlite))).toBe(true)
  expect(existsSync(abandoned)).toBe(false)
  await demo.dispose()
  expect(readdirSync(parent).toSorted()).toEqual([`fieldgate-demo-${process.pid}-abc`, 'fieldgate-demo-notes'])
})
