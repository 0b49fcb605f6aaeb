import { ConnectorError } from '../contract/connector-error.ts'
import { AppError } from '../domain/errors.ts'

/**
 * What a platform would not or could not do at somebody's request, as interfaces answer it: in the connector's words.
 * What is no {@link ConnectorError} stays what it is.
 */
export function platformFailure(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error
  const { code, detail, retry, retryAfterMs } = error.facts
  return new AppError(retry === 'never' ? 'platform-refused' : 'platform-unavailable', {
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) }),
    members: { reason: code },
  })
}
