import { stringify } from 'yaml'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'

/** What an edge machine in a cloud is made from. Text only: Fieldgate never creates a machine itself. */
export interface EdgeMachine {
  readonly region: string
  readonly architecture: 'amd64' | 'arm64'
  readonly instanceType: string
  readonly bacalhauVersion: string
  /** SHA-256 of the Bacalhau archive, 64 hex digits: what is downloaded is checked before it runs. */
  readonly bacalhauSha256: string
  /** `nats://host:4222` or `tls://host:4222`; nodes dial out, nothing listens. */
  readonly orchestrator: string
  /** Name of the SSM parameter that holds the join token, so that it is in no user data. */
  readonly joinTokenParameter: string
  readonly instanceProfile: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly dataFolder: string
  readonly stateFolder: string
  readonly maxMachines: number
}

const SHA256 = /^[0-9a-f]{64}$/
const VERSION = /^v?\d+\.\d+\.\d+$/
const ABSOLUTE = /^\/[A-Za-z0-9._/-]+$/

/**
 * Cloud-init user data, a launch template and a fleet request, ready to review. Guarantees: IMDSv2 required, disks
 * encrypted, no inbound rule, no secret in any of them, the binary pinned by version and hash, a limit on the number of
 * machines, and one tag by which exactly these machines are found again. Throws `invalid` naming the first bad value.
 */
export function generateEdgeMachine(machine: EdgeMachine): readonly GeneratedFile[] {
  assertMachine(machine)
  const userData = `#cloud-config\n${stringify(cloudConfig(machine), { lineWidth: 0 })}`
  const tags = [
    { Key: 'ManagedBy', Value: 'fieldgate' },
    { Key: 'fieldgate:fleet', Value: machine.labels['fleet'] ?? 'default' },
  ]
  const template = {
    LaunchTemplateName: `fieldgate-edge-${machine.labels['fleet'] ?? 'default'}`,
    LaunchTemplateData: {
      InstanceType: machine.instanceType,
      IamInstanceProfile: { Name: machine.instanceProfile },
      MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 2 },
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/sda1',
          Ebs: { VolumeType: 'gp3', VolumeSize: 20, Encrypted: true, DeleteOnTermination: true },
        },
      ],
      UserData: Buffer.from(userData).toString('base64'),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tags },
        { ResourceType: 'volume', Tags: tags },
      ],
    },
  }
  const fleet = {
    Type: 'maintain',
    SpotOptions: { AllocationStrategy: 'price-capacity-optimized', InstanceInterruptionBehavior: 'terminate' },
    LaunchTemplateConfigs: [
      { LaunchTemplateSpecification: { LaunchTemplateName: template.LaunchTemplateName, Version: '$Latest' } },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: machine.maxMachines, DefaultTargetCapacityType: 'spot' },
  }
  return [
    { path: 'user-data.yaml', text: userData },
    { path: 'launch-template.json', text: `${JSON.stringify(template, null, 2)}\n` },
    { path: 'fleet.json', text: `${JSON.stringify(fleet, null, 2)}\n` },
    { path: 'README.md', text: readme(machine) },
  ]
}

function refuse(what: string, hint: string): never {
  throw new FieldgateError('invalid', what, { hint })
}

function assertMachine(machine: EdgeMachine): void {
  if (!SHA256.test(machine.bacalhauSha256)) {
    refuse(
      'The hash of the Bacalhau archive is not 64 hex digits.',
      'Take it from the checksums file of the release; a machine must not run what was not checked.',
    )
  }
  if (!VERSION.test(machine.bacalhauVersion))
    refuse(`"${machine.bacalhauVersion}" is no version.`, 'Give it as v1.9.3.')
  if (!/^(nats|tls):\/\/[^\s/]+:\d+$/.test(machine.orchestrator)) {
    refuse(`"${machine.orchestrator}" is no orchestrator address.`, 'Give it as tls://host:4222.')
  }
  for (const folder of [machine.dataFolder, machine.stateFolder]) {
    if (!ABSOLUTE.test(folder) || folder.split('/').includes('..'))
      refuse(`"${folder}" is no plain absolute path.`, 'Use a path such as /var/lib/fieldgate/data.')
  }
  if (!machine.image.includes('@sha256:')) {
    refuse(`The image "${machine.image}" is not pinned.`, 'Name it by digest: registry/name@sha256:…')
  }
  // These two stand in shell lines.
  if (!/^[A-Za-z0-9_./-]+$/.test(machine.joinTokenParameter)) {
    refuse(
      `"${machine.joinTokenParameter}" is no parameter name.`,
      'Use letters, digits and . _ / - as in /fieldgate/join.',
    )
  }
  if (!/^[A-Za-z0-9._:/@-]+$/.test(machine.image) || !/^[a-z0-9-]+$/.test(machine.region)) {
    refuse(
      `"${machine.image}" in "${machine.region}" cannot be named in a script.`,
      'Use a plain image name and region.',
    )
  }
  if (!Number.isInteger(machine.maxMachines) || machine.maxMachines < 1 || machine.maxMachines > 1000) {
    refuse('The number of machines must be between 1 and 1,000.', 'Raise it step by step.')
  }
}

function cloudConfig(machine: EdgeMachine): Record<string, unknown> {
  const version = machine.bacalhauVersion.startsWith('v') ? machine.bacalhauVersion : `v${machine.bacalhauVersion}`
  const archive = `bacalhau_${version}_linux_${machine.architecture}.tar.gz`
  return {
    package_update: true,
    packages: ['docker.io', 'awscli'],
    users: [{ name: 'bacalhau', system: true, shell: '/usr/sbin/nologin', groups: ['docker'] }],
    write_files: [
      { path: '/etc/bacalhau/config.yaml', permissions: '0640', owner: 'root:root', content: nodeConfig(machine) },
      { path: '/etc/systemd/system/bacalhau.service', permissions: '0644', content: bacalhauUnit() },
      { path: '/usr/local/sbin/fieldgate-join', permissions: '0755', content: joinScript(machine) },
      { path: '/usr/local/sbin/fieldgate-last-upload', permissions: '0755', content: lastUploadScript(machine) },
      { path: '/etc/systemd/system/fieldgate-interruption.service', permissions: '0644', content: interruptionUnit() },
    ],
    runcmd: [
      `install -d -m 0750 ${machine.dataFolder} ${machine.stateFolder}`,
      `curl -fsSLo /tmp/${archive} https://github.com/bacalhau-project/bacalhau/releases/download/${version}/${archive}`,
      `echo '${machine.bacalhauSha256}  /tmp/${archive}' | sha256sum -c -`,
      `tar -xzf /tmp/${archive} -C /usr/local/bin bacalhau`,
      `docker pull ${machine.image}`,
      'chgrp bacalhau /etc/bacalhau/config.yaml',
      '/usr/local/sbin/fieldgate-join',
      'systemctl daemon-reload',
      'systemctl enable --now bacalhau.service fieldgate-interruption.service',
    ],
  }
}

function nodeConfig(machine: EdgeMachine): string {
  return stringify({
    API: { Host: '127.0.0.1' },
    Compute: {
      Enabled: true,
      Orchestrators: [machine.orchestrator],
      AllowListedLocalPaths: [`${machine.dataFolder}:rw`, `${machine.stateFolder}:rw`],
    },
    Labels: machine.labels,
    UpdateConfig: { Interval: '-1s' },
    DisableAnalytics: true,
  })
}

function bacalhauUnit(): string {
  return `[Unit]
Description=Bacalhau compute node
After=network-online.target docker.service
Wants=network-online.target

[Service]
User=bacalhau
EnvironmentFile=/run/bacalhau/join.env
ExecStart=/usr/local/bin/bacalhau serve --config /etc/bacalhau/config.yaml
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`
}

function joinScript(machine: EdgeMachine): string {
  return `#!/bin/sh
# The join token is read at start and kept in memory only.
set -eu
install -d -m 0750 -g bacalhau /run/bacalhau
token=$(aws ssm get-parameter --region ${machine.region} --name '${machine.joinTokenParameter}' --with-decryption --query Parameter.Value --output text)
umask 027
printf 'BACALHAU_COMPUTE_AUTH_TOKEN=%s\\n' "$token" > /run/bacalhau/join.env
chgrp bacalhau /run/bacalhau/join.env
`
}

function lastUploadScript(machine: EdgeMachine): string {
  return `#!/bin/sh
# Two minutes' notice before a spot machine goes: one last upload. Rows that do not make it stay on the volume.
set -eu
while :; do
  token=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
  if curl -fsS -o /dev/null -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/spot/instance-action; then
    docker run --rm -v ${machine.dataFolder}:/data -v ${machine.stateFolder}:/state -e STATE_DIR=/state ${machine.image} upload --once --sqlite /data/sensor_data.db || true
    exit 0
  fi
  sleep 5
done
`
}

function interruptionUnit(): string {
  return `[Unit]
Description=Last upload before a spot interruption
After=docker.service

[Service]
ExecStart=/usr/local/sbin/fieldgate-last-upload
Restart=on-failure

[Install]
WantedBy=multi-user.target
`
}

function readme(machine: EdgeMachine): string {
  return `# Edge machines

Generated by Fieldgate, to be read before it is run. Fieldgate itself creates nothing and needs no right to.

1. Put the join token into SSM: \`aws ssm put-parameter --region ${machine.region} --name '${machine.joinTokenParameter}' --type SecureString --value …\`
2. Add a security group without any inbound rule, and a subnet, to \`launch-template.json\` (both are yours to choose), and an image id.
3. \`aws ec2 create-launch-template --region ${machine.region} --cli-input-json file://launch-template.json\`
4. \`aws ec2 create-fleet --region ${machine.region} --cli-input-json file://fleet.json\` (at most ${machine.maxMachines} machines)
5. Approve the nodes: \`fieldgate fleet approve ID\` (the orchestrator should run with NodeManager.ManualApproval).

Take down only what carries the tag \`ManagedBy=fieldgate\`. Machines are reached through SSM; nothing listens.
`
}
