import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..', '..')
const DOCKERFILE = readFileSync(join(ROOT, 'resources/deploy/docker/fieldgate.Dockerfile'), 'utf8')
const COMPOSE = parse(readFileSync(join(ROOT, 'resources/deploy/compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>
}

interface Service {
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly ports?: unknown
  readonly stop_grace_period: string
  readonly build: { readonly target: string }
  readonly volumes: readonly string[]
}

/** Instructions with their continuation lines joined, comments left out. */
function instructions(text: string): readonly { readonly word: string; readonly rest: string }[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [word = '', ...rest] = line.trim().split(/\s+/)
      return { word, rest: rest.join(' ') }
    })
}

function stage(name: string): readonly { readonly word: string; readonly rest: string }[] {
  const all = instructions(DOCKERFILE)
  const start = all.findIndex((line) => line.word === 'FROM' && line.rest.endsWith(`AS ${name}`))
  const end = all.findIndex((line, index) => index > start && line.word === 'FROM')
  return all.slice(start, end === -1 ? undefined : end)
}

describe('the container images', () => {
  test('start from a named version, never from latest', () => {
    const bases = instructions(DOCKERFILE)
      .filter((line) => line.word === 'FROM')
      .map((line) => line.rest.split(' ')[0])
    expect(bases).toEqual(['node:24-slim', 'node:24-slim', 'runtime', 'runtime'])
  })

  test('run as a user without rights, below an init that passes signals on', () => {
    const runtime = stage('runtime')
    expect(runtime.findLast((line) => line.word === 'USER')?.rest).toBe('node')
    expect(runtime.find((line) => line.word === 'ENTRYPOINT')?.rest).toContain('/usr/bin/tini')
    expect(runtime.find((line) => line.word === 'STOPSIGNAL')?.rest).toBe('SIGTERM')
  })

  test('install packages in one layer and leave no lists behind', () => {
    const apt = instructions(DOCKERFILE).filter((line) => line.rest.includes('apt-get'))
    expect(apt).toHaveLength(1)
    expect(apt[0]?.rest).toMatch(/--no-install-recommends .* && rm -rf \/var\/lib\/apt\/lists\/\*/)
  })

  test('hold no secret and use no shell form where a signal must arrive', () => {
    expect(DOCKERFILE).not.toMatch(/SECRET|TOKEN|PASSWORD|ADD |curl .*\| *sh/)
    for (const line of instructions(DOCKERFILE).filter(({ word }) => word === 'CMD' || word === 'ENTRYPOINT')) {
      expect(line.rest.startsWith('[')).toBe(true)
    }
  })

  test.each(['sensor', 'uploader'])('%s has a health check that asks whether anything moves', (name) => {
    const check = stage(name).find((line) => line.word === 'HEALTHCHECK')?.rest ?? ''
    expect(check).toContain(`"health", "${name}"`)
  })

  test('copy only what exists in the repository', () => {
    const copied = stage('build')
      .filter((line) => line.word === 'COPY')
      .flatMap((line) => line.rest.split(' ').slice(0, -1))
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe('the compose file', () => {
  const services = Object.entries(COMPOSE.services)

  test.each(services)('%s has a read-only root, no capability and no open port', (_name, service) => {
    expect(service.read_only).toBe(true)
    expect(service.cap_drop).toEqual(['ALL'])
    expect(service.ports).toBeUndefined()
  })

  test.each(services)('%s builds a stage that exists', (_name, service) => {
    expect(stage(service.build.target).length).toBeGreaterThan(1)
  })

  test.each(services)('%s mounts the folder of the database, not the file', (_name, service) => {
    expect(service.volumes).toContain('data:/data')
    expect(service.volumes.some((volume) => volume.includes('.db'))).toBe(false)
  })

  test('gives the uploader time to finish a put', () => {
    expect(COMPOSE.services['uploader']?.stop_grace_period).toBe('40s')
  })
})

describe('the systemd units', () => {
  test.each(['fieldgate-uploader', 'fieldgate-sensor'])('%s is confined and restarts', (name) => {
    const unit = readFileSync(join(ROOT, `resources/deploy/systemd/${name}.service`), 'utf8')
    for (const line of [
      'NoNewPrivileges=true',
      'ProtectSystem=strict',
      'Restart=always',
      'KillSignal=SIGTERM',
      'User=fieldgate',
    ]) {
      expect(unit.split('\n')).toContain(line)
    }
  })
})
