import {
  createCredentialChain,
  fromContainerMetadata,
  fromEnv,
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromTokenFile,
} from '@aws-sdk/credential-providers'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { CredentialSource } from '../../../../shared/domain/settings.ts'

/**
 * The provider of the source a person chose, and nothing else. The chain asks environment, shared files, web identity and
 * container; never the instance metadata service, whose link-local probe stalls every laptop without it.
 */
export function credentialProvider(source: CredentialSource): NonNullable<S3ClientConfig['credentials']> {
  switch (source.kind) {
    case 'static':
      return {
        accessKeyId: source.accessKeyId,
        secretAccessKey: source.secretAccessKey,
        ...(source.sessionToken === undefined ? {} : { sessionToken: source.sessionToken }),
      }
    case 'profile':
      return fromIni({ profile: source.profile, ignoreCache: true })
    case 'instance':
      return fromInstanceMetadata({ timeout: 2000, maxRetries: 2 })
    case 'chain':
      return createCredentialChain(
        fromEnv(),
        fromIni({ ignoreCache: true }),
        fromTokenFile(),
        fromHttp({}),
        fromContainerMetadata(),
      )
  }
}
