import * as zlib from 'node:zlib'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { Compression } from '../../../../shared/domain/settings.ts'
import { compressSnappy } from './snappy.ts'

/** Compresses one page. The result may be a view that the next call overwrites. */
export type Compressor = (bytes: Uint8Array) => Uint8Array

/** Parquet's numbers of the codecs. Source: apache/parquet-format, parquet.thrift, CompressionCodec. */
export const CODEC_IDS: Readonly<Record<Compression, number>> = { none: 0, snappy: 1, gzip: 2, zstd: 6 }

const GZIP_LEVEL = 6
const ZSTD_LEVEL = 3
/** Byte of a gzip header that names the operating system, and the value for "unknown". */
const GZIP_OS_BYTE = 9
const GZIP_OS_UNKNOWN = 255

/** The compressor of a codec: same bytes in, same bytes out, on every platform of one Node version. */
export function compressorFor(codec: Compression): Compressor {
  switch (codec) {
    case 'none':
      return (bytes) => bytes
    case 'snappy':
      return compressSnappy
    case 'gzip':
      return (bytes) => {
        const zipped = zlib.gzipSync(bytes, { level: GZIP_LEVEL })
        zipped[GZIP_OS_BYTE] = GZIP_OS_UNKNOWN
        return zipped
      }
    case 'zstd':
      if (typeof zlib.zstdCompressSync !== 'function') {
        throw new FieldgateError('unsupported', 'This version of Node cannot compress with zstd.', {
          hint: 'Use Node 22.15 or newer, or choose snappy or gzip.',
        })
      }
      return (bytes) =>
        zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } })
  }
}
