/** What a call of the Web API that failed says, and whether it can have done anything. */
import { ConnectorError, type ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'

/** How a call went over the wire, as far as it came. */
export interface WireNotes {
  status?: number
  retryAfter?: string
  /** What `fetch` threw. */
  failure?: unknown
}

type Verdict = Omit<ConnectorErrorFacts, 'retryAfterMs'>

const never = (code: string, detail: string): Verdict => ({
  code,
  detail,
  retry: 'never',
  delivery: 'not-sent',
})
const later = (code: string, detail: string): Verdict => ({
  code,
  detail,
  retry: 'later',
  delivery: 'not-sent',
})
const unsure = (code: string, detail: string): Verdict => ({
  code,
  detail,
  retry: 'later',
  delivery: 'unknown',
})

const REFUSED = never(
  'bad-credentials',
  'Slack refuses the token; install the app again and store the new one.',
)
const LIMITED = later('rate-limited', 'Slack takes no more messages for a moment.')
const DOWN = unsure('platform-unavailable', 'Slack does not answer properly just now.')
const NO_CHANNEL = never(
  'recipient-unknown',
  'This channel or conversation does not exist in Slack, or the app cannot see it.',
)
const TOO_LONG = never('text-too-long', 'Slack refuses the message because it is too long.')
/** Said of the form in which the words went, and not of them; see `body.ts`. */
export const BLOCKS_REFUSED = 'blocks-refused'
const NO_BLOCKS = never(BLOCKS_REFUSED, 'Slack refuses the formatting of the message.')
const NO_MESSAGE = never('message-not-found', 'The message is no longer there in Slack.')

/** By the field `error` of an answer (docs.slack.dev/reference/methods, "Errors" of each method). */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  invalid_auth: REFUSED,
  not_authed: REFUSED,
  account_inactive: REFUSED,
  token_revoked: REFUSED,
  token_expired: never(
    'bad-credentials',
    'The token has expired. Make an app without token rotation, and store its token.',
  ),
  not_allowed_token_type: REFUSED,
  app_missing_action_url: REFUSED,
  missing_scope: never('missing-scope', 'The app lacks a scope for this; see "Test connection".'),
  no_permission: never('not-allowed', 'The app is not allowed to do this in Slack.'),
  access_denied: never('not-allowed', 'The app is not allowed to do this in Slack.'),
  team_access_not_granted: never('not-allowed', 'The app is not allowed in this workspace.'),
  ekm_access_denied: never('not-allowed', 'The administrators of the workspace have stopped messages.'),
  channel_not_found: NO_CHANNEL,
  not_in_channel: never('not-in-channel', 'The app is not in this channel; invite it with /invite.'),
  is_archived: never('channel-archived', 'The channel is archived in Slack.'),
  user_not_found: never('recipient-unknown', 'This person does not exist in the workspace.'),
  user_not_visible: never('recipient-unknown', 'The app cannot see this person.'),
  user_disabled: never('recipient-unknown', 'This person’s account is deactivated.'),
  users_not_found: never('recipient-unknown', 'This person does not exist in the workspace.'),
  cannot_dm_bot: never('recipient-unknown', 'Apps cannot be written to directly.'),
  messages_tab_disabled: never('recipient-refuses', 'The app’s Messages Tab is switched off; see App Home.'),
  restricted_action: never('not-allowed', 'The workspace restricts who may write here.'),
  restricted_action_read_only_channel: never('not-allowed', 'The channel is read-only.'),
  restricted_action_thread_only_channel: never(
    'not-allowed',
    'In this channel only threads may be answered.',
  ),
  restricted_action_thread_locked: never('not-allowed', 'The thread is locked.'),
  restricted_action_non_threadable_channel: never('not-allowed', 'This channel has no threads.'),
  thread_not_found: never('thread-not-found', 'The thread that this answers is no longer there.'),
  cannot_reply_to_message: never('thread-not-found', 'This message cannot be answered in a thread.'),
  slack_connect_file_upload_sharing_blocked: never(
    'not-allowed',
    'One of the organisations forbids files here.',
  ),
  file_upload_size_restricted: never('attachment-too-large', 'The workspace allows no files of this size.'),
  storage_limit_reached: never('storage-full', 'The workspace has no room for files left.'),
  posting_to_general_channel_denied: never('not-allowed', 'Apps may not write in this channel.'),
  msg_too_long: TOO_LONG,
  msg_blocks_too_long: NO_BLOCKS,
  invalid_blocks: NO_BLOCKS,
  invalid_blocks_format: NO_BLOCKS,
  no_text: never('empty', 'Slack takes no message without words.'),
  message_not_found: NO_MESSAGE,
  cant_update_message: never('not-allowed', 'Slack lets the app change its own messages only.'),
  cant_delete_message: never('not-allowed', 'Slack lets the app delete its own messages only.'),
  edit_window_closed: never('edit-window-closed', 'The workspace allows no more changes to this message.'),
  file_not_found: never('file-not-found', 'The file is no longer there in Slack.'),
  file_deleted: never('file-not-found', 'The file has been deleted in Slack.'),
  ratelimited: LIMITED,
  rate_limited: LIMITED,
  message_limit_exceeded: later('rate-limited', 'The workspace has no messages left for now.'),
  team_added_to_org: later('platform-unavailable', 'The workspace is being moved into an organisation.'),
  // What of these has been done, Slack itself does not say.
  internal_error: DOWN,
  fatal_error: DOWN,
  service_unavailable: DOWN,
  request_timeout: DOWN,
}

/** What Slack refuses before it looks at anything else, and names in this form. */
const ERROR_NAME = /^[a-z][a-z0-9_]{2,80}$/

/** The error of an answer that says `ok: false`. */
export function platformError(error: string, notes: WireNotes): ConnectorError {
  const known = Object.hasOwn(VERDICTS, error) ? VERDICTS[error] : undefined
  if (known !== undefined) return errorOf(known, notes)
  return ERROR_NAME.test(error)
    ? errorOf(never('refused', `Slack refuses this: ${error.replaceAll('_', ' ')}.`), notes)
    : errorOf(DOWN, notes)
}

/** The error of a call that got no answer of the platform's own. */
export function wireError(notes: WireNotes): ConnectorError {
  const { status, failure } = notes
  if (failure !== undefined) return failureOf(failure)
  if (status === 429) return errorOf(LIMITED, notes)
  if (status === 401 || status === 403) return errorOf(REFUSED, notes)
  if (status !== undefined && status >= 300 && status < 500)
    return errorOf(never('refused', `Slack refuses this with the status ${status}.`), notes)
  return errorOf(DOWN, notes)
}

/** A whole minute or hour is the workspace's limit; a second is that of one channel in Slack. */
const WHOLE_WORKSPACE_MS = 10_000

function errorOf(verdict: Verdict, { retryAfter }: WireNotes): ConnectorError {
  const seconds = retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined
  if (seconds === undefined || verdict.retry === 'never') return new ConnectorError(verdict)
  const retryAfterMs = seconds * 1_000
  return new ConnectorError({
    ...verdict,
    retryAfterMs,
    ...(retryAfterMs >= WHOLE_WORKSPACE_MS && { holds: 'channel' as const }),
  })
}

/** Nothing has left when the line never stood. */
const NEVER_STOOD: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

function failureOf(failure: unknown): ConnectorError {
  if (failure instanceof ConnectorError) return failure
  const codes = codesOf(failure)
  if (codes.includes('destination-not-allowed'))
    return new ConnectorError(
      never(
        'destination-not-allowed',
        'The address of the Web API lies in our own network and is not allowed.',
      ),
    )
  if (codes.some((code) => NEVER_STOOD.has(code)))
    return new ConnectorError(later('platform-unreachable', 'Slack cannot be reached just now.'))
  if (codes.includes('TimeoutError'))
    return new ConnectorError(unsure('timeout', 'Slack did not answer in time.'))
  return new ConnectorError(unsure('connection-lost', 'The line broke before Slack answered.'))
}

/** Codes and names along the causes; some errors bear theirs on an object that is no error. */
function codesOf(failure: unknown): readonly string[] {
  const codes: string[] = []
  let cause = failure
  for (let depth = 0; depth < 8 && typeof cause === 'object' && cause !== null; depth += 1) {
    const { code, name } = cause as { code?: unknown; name?: unknown }
    for (const word of [code, name]) if (typeof word === 'string') codes.push(word)
    cause = (cause as { cause?: unknown }).cause
  }
  return codes
}
