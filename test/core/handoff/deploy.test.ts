import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generateEdgeMachine } from '../../../electron/core/handoff/deploy/cloudInit.ts'
import type { EdgeMachine } from '../../../electron/core/handoff/deploy/cloudInit.ts'
import { parseInstances } from '../../../electron/core/handoff/deploy/instances.ts'

const machine: EdgeMachine = {
  region: 'us-west-2',
  architecture: 'arm64',
  instanceType: 't4g.small',
  bacalhauVersion: '1.9.3',
  bacalhauSha256: 'a'.repeat(64),
  orchestrator: 'tls://orchestrator.example:4222',
  joinTokenParameter: '/fieldgate/join',
  instanceProfile: 'fieldgate-edge',
  image: `registry.example/fieldgate@sha256:${'0'.repeat(64)}`,
  labels: { fleet: 'acme', site: 'plant-a' },
  dataFolder: '/var/lib/fieldgate/data',
  stateFolder: '/var/lib/fieldgate/state',
  maxMachines: 5,
}

function textOf(path: string): string {
  const file = generateEdgeMachine(machine).find((candidate) => candidate.path === path)
  if (file === undefined) throw new Error(`no ${path}`)
  return file.text
}

interface Template {
  readonly LaunchTemplateData: {
    readonly MetadataOptions: { readonly HttpTokens: string }
    readonly BlockDeviceMappings: readonly { readonly Ebs: { readonly Encrypted: boolean } }[]
    readonly UserData: string
    readonly NetworkInterfaces?: unknown
  }
}

describe('an edge machine', () => {
  test('user data is valid cloud-config that checks what it downloads before it runs it', () => {
    const text = textOf('user-data.yaml')
    expect(text.startsWith('#cloud-config\n')).toBe(true)
    const { runcmd } = parse(text) as { runcmd: string[] }
    const check = runcmd.findIndex((line) => line.includes('sha256sum -c'))
    const unpack = runcmd.findIndex((line) => line.startsWith('tar '))
    expect(check).toBeGreaterThan(0)
    expect(unpack).toBeGreaterThan(check)
  })

  test('requires IMDSv2, encrypts its disk and carries the same user data', () => {
    const template = JSON.parse(textOf('launch-template.json')) as Template
    expect(template.LaunchTemplateData.MetadataOptions.HttpTokens).toBe('required')
    expect(template.LaunchTemplateData.BlockDeviceMappings.map((disk) => disk.Ebs.Encrypted)).toEqual([true])
    expect(Buffer.from(template.LaunchTemplateData.UserData, 'base64').toString()).toBe(textOf('user-data.yaml'))
  })

  test('opens nothing to the world and holds no secret', () => {
    const all = generateEdgeMachine(machine)
      .map((file) => file.text)
      .join('\n')
    expect(all).not.toMatch(/0\.0\.0\.0|privileged|AWS_SECRET|StrictHostKeyChecking|:latest/)
    const files = (parse(textOf('user-data.yaml')) as { write_files: { path: string; content: string }[] }).write_files
    const config = parse(files.find((file) => file.path.endsWith('config.yaml'))?.content ?? '') as {
      API: { Host: string }
      Compute: { AllowListedLocalPaths: string[] }
    }
    expect(config.API.Host).toBe('127.0.0.1')
    expect(config.Compute.AllowListedLocalPaths).toEqual([`${machine.dataFolder}:rw`, `${machine.stateFolder}:rw`])
  })

  test.each([
    ['an unpinned image', { image: 'fieldgate:latest' }, /not pinned/],
    ['a missing hash', { bacalhauSha256: '' }, /64 hex digits/],
    ['a path that climbs', { dataFolder: '/var/lib/../../etc' }, /plain absolute path/],
    ['a path with a shell character', { dataFolder: '/var/$(id)' }, /plain absolute path/],
    ['a parameter that is a command', { joinTokenParameter: "x'; id; '" }, /no parameter name/],
    ['no limit on machines', { maxMachines: 0 }, /between 1 and/],
    ['an orchestrator without a port', { orchestrator: 'https://x' }, /orchestrator address/],
  ])('%s is refused', (_what, change, message) => {
    expect(() => generateEdgeMachine({ ...machine, ...change })).toThrow(message)
  })
})

describe('the spot deployer file', () => {
  test('gives its machines as nodes with labels', () => {
    const text = JSON.stringify({
      instances: [
        {
          id: 'i-1',
          name: 'node-1',
          ip: '203.0.113.7',
          region: 'us-west-2',
          zone: 'us-west-2a',
          type: 't3.medium',
          state: 'running',
        },
        { id: 'i-2', region: 'us-east-1', state: 'terminated' },
      ],
      last_updated: '2025-09-04T00:00:00Z',
    })
    expect(parseInstances(text, 'instances.json')).toEqual([
      {
        id: 'i-1',
        name: 'node-1',
        address: '203.0.113.7',
        isRunning: true,
        labels: { region: 'us-west-2', zone: 'us-west-2a', type: 't3.medium' },
      },
      { id: 'i-2', name: 'i-2', address: undefined, isRunning: false, labels: { region: 'us-east-1' } },
    ])
  })

  test.each([
    ['{', /is not JSON/],
    ['{"instances": [{}]}', /instances\.0\.id/],
    ['{"instances": [{"id": "a"}, {"id": "a"}]}', /twice/],
  ])('a broken one is refused: %s', (text, message) => {
    expect(() => parseInstances(text, 'instances.json')).toThrow(message)
  })
})
