import type { Readable } from 'node:stream'
import type { Request, Response } from 'express'
import multer, { MulterError, type StorageEngine } from 'multer'
import { AppError } from '../domain/errors.ts'
import type { AttachmentView } from '../domain/views.ts'
import { tooLarge } from '../services/attachment-content.ts'

/** Where one file of a request goes. */
export interface UploadSink {
  readonly maxBytes: number
  /** Takes the bytes as they come. */
  store(file: { readonly name: string; readonly bytes: Readable }): Promise<AttachmentView>
  /** Takes back a file whose request came to nothing after all. */
  remove(stored: AttachmentView): Promise<unknown>
}

/** Beside the file, a form may bring a few small fields, which are not looked at. */
const LIMITS = { files: 1, fields: 4, parts: 5, fieldNameSize: 100, fieldSize: 1_024, headerPairs: 20 }
/** What the form itself needs around the file. */
const FORM_BYTES = 64 * 1_024
const FIELD = 'file'

/**
 * Streams the file of a multipart form into a sink; nothing touches a disk of ours or is held in memory whole.
 * @throws AppError `attachment-too-large`, `unsupported-content-type`, `invalid-input`, and what the sink throws
 */
export async function receiveUpload(
  request: Request,
  response: Response,
  sink: UploadSink,
): Promise<AttachmentView> {
  requireForm(request, sink.maxBytes)
  let stored: AttachmentView | undefined
  let refusal: { readonly error: unknown } | undefined
  const storage: StorageEngine = {
    _handleFile(_request, { originalname, stream }, done) {
      let broken: unknown
      stream.on('error', (error) => {
        broken = error
      })
      sink.store({ name: baseNameOf(originalname), bytes: stream }).then(
        (view) => {
          stored = view
          done(undefined, {})
        },
        (error: unknown) => {
          // A form that breaks off is the sender's fault; everything else the sink says itself.
          if (error !== broken) refusal = { error }
          done(error)
        },
      )
    },
    _removeFile(_request, _file, done) {
      if (stored === undefined) done(null)
      else sink.remove(stored).then(() => done(null), done)
    },
  }
  const receive = multer({
    storage,
    limits: { ...LIMITS, fileSize: sink.maxBytes },
    defParamCharset: 'utf8',
    preservePath: true,
  }).single(FIELD)
  await new Promise<void>((resolve, reject) => {
    receive(request, response, (error: unknown) => {
      if (error === undefined || error === null) resolve()
      else reject(refusal ? refusal.error : formFault(error, sink.maxBytes))
    })
  })
  if (stored === undefined) throw noFile()
  return stored
}

function requireForm(request: Request, maxBytes: number): void {
  if (!/^multipart\/form-data\s*;/i.test(request.headers['content-type'] ?? '')) {
    throw new AppError('unsupported-content-type', { detail: 'Send the file as multipart/form-data.' })
  }
  // Said at once where it is known, so that nobody waits for an upload that comes to nothing.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_BYTES) throw tooLarge(maxBytes)
}

const noFile = (): AppError =>
  new AppError('invalid-input', { field: FIELD, detail: `Send one file in the field "${FIELD}".` })

function formFault(error: unknown, maxBytes: number): AppError {
  if (!(error instanceof MulterError)) {
    return new AppError('invalid-input', { field: FIELD, detail: 'The form is broken, or ended too early.' })
  }
  if (error.code === 'LIMIT_FILE_SIZE') return tooLarge(maxBytes)
  if (error.code === 'LIMIT_UNEXPECTED_FILE' || error.code === 'LIMIT_FILE_COUNT') return noFile()
  return new AppError('invalid-input', { field: FIELD, detail: 'The form holds more than a file.' })
}

/** Some clients send a whole path. */
const baseNameOf = (name: string): string =>
  name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
