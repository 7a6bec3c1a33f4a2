import { distinctTypes } from './model.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel } from './model.ts'

/** Stands for the id that Databricks returns when the credential is made; step 2 of the README fills it in. */
export const EXTERNAL_ID_BLANK = '<external_id from step 1>'
export const UNITY_ROLE_BLANK = '<unity_catalog_iam_arn from step 1>'

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/**
 * The AWS role that Unity Catalog assumes: read-only on the landing buckets, plus the queue rights that managed file
 * events need, scoped to the `csms-` names Databricks gives them. Self-assuming is mandatory.
 * Source: Databricks Terraform provider, aws_unity_catalog_assume_role_policy and aws_unity_catalog_policy.
 */
export function generateIam(model: HandoffModel): readonly GeneratedFile[] {
  const roleArn = `arn:aws:iam::${model.accountId}:role/${model.roleName}`
  const buckets = [...new Set(distinctTypes(model).map((landing) => `arn:aws:s3:::${landing.bucket}`))]
  const objects = distinctTypes(model).map((landing) => `arn:aws:s3:::${landing.bucket}/${landing.type}/*`)
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'UnityCatalog',
        Effect: 'Allow',
        Principal: { AWS: UNITY_ROLE_BLANK },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID_BLANK } },
      },
      {
        Sid: 'Itself',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${model.accountId}:root` },
        Action: 'sts:AssumeRole',
        Condition: {
          ArnEquals: { 'aws:PrincipalArn': roleArn },
          StringEquals: { 'sts:ExternalId': EXTERNAL_ID_BLANK },
        },
      },
    ],
  }
  const topics = [`arn:aws:sns:*:${model.accountId}:csms-*`]
  const queues = [`arn:aws:sqs:*:${model.accountId}:csms-*`]
  const permissions = {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'ReadObjects', Effect: 'Allow', Action: 's3:GetObject', Resource: objects },
      { Sid: 'ListBuckets', Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: buckets },
      { Sid: 'AssumeItself', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn },
      {
        Sid: 'FileEventsBucket',
        Effect: 'Allow',
        Action: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
        Resource: buckets,
      },
      {
        Sid: 'FileEventsTopics',
        Effect: 'Allow',
        Action: [
          'sns:ListSubscriptionsByTopic',
          'sns:GetTopicAttributes',
          'sns:SetTopicAttributes',
          'sns:CreateTopic',
          'sns:TagResource',
          'sns:Publish',
          'sns:Subscribe',
          'sns:Unsubscribe',
          'sns:DeleteTopic',
        ],
        Resource: topics,
      },
      {
        Sid: 'FileEventsQueues',
        Effect: 'Allow',
        Action: [
          'sqs:CreateQueue',
          'sqs:DeleteMessage',
          'sqs:ReceiveMessage',
          'sqs:SendMessage',
          'sqs:GetQueueUrl',
          'sqs:GetQueueAttributes',
          'sqs:SetQueueAttributes',
          'sqs:TagQueue',
          'sqs:ChangeMessageVisibility',
          'sqs:PurgeQueue',
          'sqs:DeleteQueue',
        ],
        Resource: queues,
      },
      {
        Sid: 'FileEventsLists',
        Effect: 'Allow',
        Action: ['sqs:ListQueues', 'sqs:ListQueueTags', 'sns:ListTopics'],
        Resource: '*',
      },
    ],
  }
  return [
    { path: 'iam/role-trust.json', text: json(trust) },
    { path: 'iam/role-permissions.json', text: json(permissions) },
  ]
}
