#!/usr/bin/env node
/**
 * Starts a one-node Ceph with a RADOS gateway in memory, runs the interop tests against it, and takes it down again.
 * Needs the packages ceph-mon, ceph-mgr, ceph-osd and radosgw of Debian 12, and root. Opt-in: nothing else starts it.
 *
 *   node test/interop/radosgw.mjs
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const folder = mkdtempSync(join(tmpdir(), 'fieldgate-rgw-'))
const port = 5998
const children = []
const conf = join(folder, 'ceph.conf')
const keyring = join(folder, 'keyring')
const fsid = randomUUID()
const key = { access: randomBytes(10).toString('hex').toUpperCase(), secret: randomBytes(20).toString('hex') }

function must(command, ...args) {
  const run = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, CEPH_CONF: conf } })
  if (run.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${run.stderr}`)
  return run.stdout
}

function start(command, ...args) {
  const child = spawn(command, ['-f', '-c', conf, ...args], { stdio: 'ignore', cwd: folder })
  children.push(child)
  return child
}

function writeConf() {
  const lines = [
    '[global]',
    `fsid = ${fsid}`,
    'mon_host = 127.0.0.1:40789',
    'public_addr = 127.0.0.1',
    'auth_cluster_required = none',
    'auth_service_required = none',
    'auth_client_required = none',
    'osd_pool_default_size = 1',
    'osd_pool_default_min_size = 1',
    'osd_pool_default_pg_num = 1',
    'osd_crush_chooseleaf_type = 0',
    'osd_objectstore = memstore',
    'memstore_device_bytes = 1073741824',
    'mon_allow_pool_size_one = true',
    'mon_warn_on_pool_no_redundancy = false',
    'mon_data_avail_crit = 1',
    'mon_max_pg_per_osd = 1000',
    `run_dir = ${folder}`,
    `log_file = ${folder}/$name.log`,
    `admin_socket = ${folder}/$name.asok`,
    `keyring = ${keyring}`,
    `mon_data = ${folder}/mon`,
    `mgr_data = ${folder}/mgr`,
    `osd_data = ${folder}/osd`,
    '[client.rgw]',
    `rgw_data = ${folder}/rgw`,
    `rgw_frontends = beast endpoint=127.0.0.1:${port}`,
    'rgw_enable_usage_log = false',
  ]
  writeFileSync(conf, `${lines.join('\n')}\n`)
}

async function startCeph() {
  for (const name of ['mon', 'mgr', 'osd', 'rgw']) mkdirSync(join(folder, name))
  writeConf()
  must('ceph-authtool', '--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *')
  must(
    'ceph-authtool',
    keyring,
    '--gen-key',
    '-n',
    'client.admin',
    '--cap',
    'mon',
    'allow *',
    '--cap',
    'osd',
    'allow *',
    '--cap',
    'mgr',
    'allow *',
  )
  const monmap = join(folder, 'monmap')
  must('monmaptool', '--create', '--addv', 'a', '[v1:127.0.0.1:40789]', '--fsid', fsid, monmap)
  must('ceph-mon', '-c', conf, '--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring)
  start('ceph-mon', '-i', 'a')
  const osd = randomUUID()
  must('ceph', '-c', conf, 'osd', 'new', osd)
  must('ceph-osd', '-c', conf, '-i', '0', '--mkfs', '--osd-uuid', osd)
  start('ceph-mgr', '-i', 'x')
  start('ceph-osd', '-i', '0')
  start('radosgw', '-n', 'client.rgw')
  for (let attempt = 0; attempt < 120; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
    if (answer !== undefined) break
    await sleep(500)
  }
  must(
    'radosgw-admin',
    '-c',
    conf,
    'user',
    'create',
    '--uid=field',
    '--display-name=field',
    `--access-key=${key.access}`,
    `--secret=${key.secret}`,
  )
}

let code = 1
try {
  const startedAt = performance.now()
  await startCeph()
  console.log(`radosgw is up after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  const run = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/interop/vitest.config.ts', ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        FIELDGATE_INTEROP_ENDPOINT: `http://127.0.0.1:${port}`,
        FIELDGATE_INTEROP_KEY: key.access,
        FIELDGATE_INTEROP_SECRET: key.secret,
        FIELDGATE_INTEROP_REGION: 'us-east-1',
        FIELDGATE_INTEROP_PUBLIC_ACCESS_BLOCK: 'no',
      },
    },
  )
  code = run.status ?? 1
} finally {
  for (const child of children) child.kill('SIGKILL')
  await sleep(500)
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = code
