import { distinctTypes, locationName, typeUrl } from './model.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel } from './model.ts'

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/**
 * Bodies of the REST calls that have no SQL form, read-only throughout: the landing prefixes are Fieldgate's to write.
 * Source: Unity Catalog API 2.1, models of the Databricks SDK 0.17.
 */
export function generateRest(model: HandoffModel): readonly GeneratedFile[] {
  const roleArn = `arn:aws:iam::${model.accountId}:role/${model.roleName}`
  const locations = distinctTypes(model)
  return [
    {
      path: 'rest/1-storage-credential.json',
      text: json({
        name: model.credentialName,
        aws_iam_role: { role_arn: roleArn },
        read_only: true,
        skip_validation: true,
        comment: 'Fieldgate landing buckets, read only',
      }),
    },
    ...locations.map((landing) => ({
      path: `rest/3-validate-${landing.type}.json`,
      text: json({ storage_credential_name: model.credentialName, url: typeUrl(landing), read_only: true }),
    })),
    ...locations.map((landing) => ({
      path: `rest/4-external-location-${landing.type}.json`,
      text: json({
        name: locationName(landing),
        url: typeUrl(landing),
        credential_name: model.credentialName,
        read_only: true,
        enable_file_events: true,
        file_event_queue: { managed_sqs: {} },
        comment: `Fieldgate, pipeline type ${landing.type}`,
      }),
    })),
  ]
}
