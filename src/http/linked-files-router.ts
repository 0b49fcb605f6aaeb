import { type Request, type RequestHandler, type Response, Router } from 'express'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../domain/errors.ts'
import { addressKey } from '../services/address-key.ts'
import { type OpenLinkedFileDeps, openLinkedFile } from '../services/open-linked-file.ts'
import { sendAttachment } from './attachment-download.ts'

/** Of one address in a minute: a platform fetches every file that goes out, from few addresses. */
const MOST_PER_MINUTE = 6_000
/** Of one address in a minute that name no file. */
const MOST_WRONG_PER_MINUTE = 60

/**
 * The files of messages for the platforms that carry them, each by an address of its own that nobody can guess and
 * that ends after two days. No sign-in, no list, nothing but the bytes.
 */
export function createLinkedFilesRouter(
  deps: OpenLinkedFileDeps,
  most: { readonly all: number; readonly wrong: number } = {
    all: MOST_PER_MINUTE,
    wrong: MOST_WRONG_PER_MINUTE,
  },
): RequestHandler {
  const all = new RateLimiterMemory({ points: most.all, duration: 60 })
  const wrong = new RateLimiterMemory({ points: most.wrong, duration: 60 })
  const router = Router({ caseSensitive: true, strict: true })
  router.get('/:token', async (request: Request<{ token: string }>, response: Response) => {
    const address = addressKey(request.ip ?? '')
    await take(all, address)
    try {
      const opened = await openLinkedFile(request.params.token, deps)
      await sendAttachment(request, response, opened, { inline: false })
    } catch (error) {
      if (error instanceof AppError && error.code === 'not-found') await take(wrong, address)
      throw error
    }
  })
  router.use(() => {
    throw new AppError('not-found')
  })
  return router
}

async function take(limiter: RateLimiterMemory, address: string): Promise<void> {
  try {
    await limiter.consume(address)
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    throw new AppError('rate-limited', { retryAfterSeconds: Math.ceil(refused.msBeforeNext / 1_000) })
  }
}
