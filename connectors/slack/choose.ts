import type { SlackConfig } from './config.ts'

/** Which way in counts: the Events API asks less of us, and nothing comes by it where Slack cannot reach us. */
export function choose(
  { receive, signingSecret, appToken }: SlackConfig,
  { reachable }: { readonly reachable: boolean },
): 'webhook' | 'session' {
  if (receive !== 'auto') return receive === 'socket' ? 'session' : 'webhook'
  if (!reachable) return 'session'
  // Whoever filled in only one of the two secrets means that way.
  return !signingSecret && appToken ? 'session' : 'webhook'
}
