import { createBucket, deleteBucket, deleteObjects, listBuckets, setting, versioning } from './bucketOperations.ts'
import { encryptionHeader } from './context.ts'
import type { Call, StoreContext } from './context.ts'
import { listObjects } from './listOperations.ts'
import { listUploads, multipart } from './multipartOperations.ts'
import type { BucketRow } from './objectIndex.ts'
import { copyObject, deleteObject, putObject, readObject } from './objectOperations.ts'
import type { Signed } from './signature.ts'
import { emptyReply, queryValue, Refusal, xmlReply } from './wire.ts'
import type { StoreReply, StoreRequest } from './wire.ts'
import { writeXml } from './xml.ts'

const SUB_RESOURCES = new Set(
  `accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle location logging
   metadataConfiguration metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication
   requestPayment restore retention select tagging torrent uploads versioning versions website`.split(/\s+/),
)
const MAX_KEY_BYTES = 1024

/** Names the operation a request asks for; throws when the path cannot be read. */
export function readCall(request: StoreRequest, signed: Signed): Call {
  const match = /^\/([^/]*)(?:\/(.*))?$/s.exec(request.path)
  try {
    const bucketName = decodeURIComponent(match?.[1] ?? '')
    const key = decodeURIComponent(match?.[2] ?? '')
    const sub = request.query.map(([name]) => name).find((name) => SUB_RESOURCES.has(name))
    return { request, signed, bucketName, key, sub }
  } catch {
    throw new Refusal(400, 'InvalidURI', "Couldn't parse the specified URI.")
  }
}

/** Carries out one authenticated request. What the store does not do is refused with 501, never accepted and forgotten. */
export async function route(context: StoreContext, call: Call): Promise<StoreReply> {
  const { method } = call.request
  if (call.bucketName === '') {
    if (method === 'GET') return listBuckets(context)
    throw new Refusal(405, 'MethodNotAllowed')
  }
  const bucket = context.index.bucket(call.bucketName)
  if (call.key === '' && method === 'PUT' && call.sub === undefined) return createBucket(context, call, bucket)
  if (bucket === undefined) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', {
      details: { BucketName: call.bucketName },
    })
  }
  const reply = await (call.key === '' ? routeBucket(context, call, bucket) : routeObject(context, call, bucket))
  return { ...reply, headers: { 'x-amz-bucket-region': context.region, ...reply.headers } }
}

async function routeBucket(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const { method } = call.request
  if (call.sub === undefined) {
    if (method === 'HEAD') return emptyReply()
    if (method === 'GET') return listObjects(context, call, bucket)
    if (method === 'DELETE') return deleteBucket(context, bucket)
  }
  if (method === 'GET' && call.sub === 'versions') return listObjects(context, call, bucket)
  if (method === 'GET' && call.sub === 'location') {
    return xmlReply(writeXml('LocationConstraint', context.region === 'us-east-1' ? '' : context.region))
  }
  if (method === 'GET' && call.sub === 'uploads') return listUploads(context, call, bucket)
  if (method === 'POST' && call.sub === 'delete') return deleteObjects(context, call, bucket)
  if (call.sub === 'versioning') return versioning(context, call, bucket)
  return (await setting(context, call, bucket)) ?? refuse(call)
}

async function routeObject(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const { method, headers } = call.request
  if (Buffer.byteLength(call.key) > MAX_KEY_BYTES) throw new Refusal(400, 'KeyTooLongError', 'Your key is too long')
  if (call.sub === 'uploads' || queryValue(call.request, 'uploadId') !== undefined)
    return multipart(context, call, bucket)
  if (call.sub !== undefined) return refuse(call)
  if (method === 'GET' || method === 'HEAD') return readObject(context, call, bucket)
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) {
    const reply = await copyObject(context, call, bucket)
    return { ...reply, headers: { ...reply.headers, ...encryptionHeader(context, bucket, call.request) } }
  }
  if (method === 'PUT') return putObject(context, call, bucket)
  if (method === 'DELETE') return deleteObject(context, call, bucket)
  return refuse(call)
}

function refuse(call: Call): never {
  if (call.sub === undefined)
    throw new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
  throw new Refusal(501, 'NotImplemented', `The embedded store does not implement ${call.request.method} ?${call.sub}.`)
}
