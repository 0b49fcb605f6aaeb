/** What Slack says of the token itself: the app was taken out of the workspace, or its tokens are void. */
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { type Fields, fieldsIn, textIn } from '../events/fields.ts'
import { callSlack, type SlackContext } from './call.ts'
import { reportBadCredentials } from './send.ts'

const TOKEN_EVENTS: ReadonlySet<string> = new Set(['app_uninstalled', 'tokens_revoked'])

/** Whether an event says that tokens of the app do not count any more; whose, and since when, it does not say for sure. */
export const tellsOfToken = (outer: Fields | undefined): boolean =>
  TOKEN_EVENTS.has(textIn(fieldsIn(outer, 'event'), 'type') ?? '')

/**
 * Tries the token after such news: it may have been another person's, or the app stands there again. What is refused
 * is shown as the channel's health.
 * @throws ConnectorError `bad-credentials` where the token is refused; nothing where Slack cannot be asked
 */
export async function requireToken(ctx: SlackContext): Promise<void> {
  try {
    await callSlack('auth.test', {}, ctx, { signal: ctx.signal })
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.facts.code !== 'bad-credentials') return
    reportBadCredentials(error, ctx)
    throw error
  }
}
