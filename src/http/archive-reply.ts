import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RequestRow, SealRow } from '../ports/rows.ts'
import { byteRangeOf } from './byte-range.ts'
import type { ServerOptions } from './options.ts'

/**
 * Sends the ZIP, or the part of it that `Range` asks for. With `If-Range` of another ZIP the whole is sent.
 *
 * @throws DsrError `RANGE_INVALID`; what `openArchive` throws.
 */
export async function sendArchive(
  options: ServerOptions,
  { httpRequest, reply }: { readonly httpRequest: FastifyRequest; readonly reply: FastifyReply },
  { request, seal }: { readonly request: RequestRow; readonly seal: SealRow },
): Promise<FastifyReply> {
  const etag = `"${seal.archiveSha256 ?? ''}"`
  const { range: asked, 'if-range': ifRange } = httpRequest.headers
  const bytes = seal.archiveBytes ?? 0
  const range = ifRange === undefined || ifRange === etag ? byteRangeOf(asked, bytes) : undefined
  const archive = await options.openArchive(request.id, range)
  reply
    .type('application/zip')
    .header('accept-ranges', 'bytes')
    .header('etag', etag)
    .header('content-disposition', `attachment; filename="dsr-${request.id}.zip"`)
  if (range === undefined) return reply.header('content-length', archive.bytes).send(archive.stream)
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
    .header('content-length', range.end - range.start + 1)
    .send(archive.stream)
}
