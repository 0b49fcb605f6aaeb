/** The settings of a Slack app, as the fields in `settings.ts` describe them: validated, defaults filled in. */
export type SlackConfig = {
  /** `xoxb-…`: what the app may do in its workspace. */
  readonly botToken: string
  /** How events come: `auto` takes the Events API where Slack can reach this server, and Socket Mode elsewhere. */
  readonly receive: 'auto' | 'events' | 'socket'
  readonly signingSecret?: string
  /** `xapp-…`, for Socket Mode. */
  readonly appToken?: string
  readonly directMessages: boolean
  /** A thread inside a direct message is a conversation of its own. */
  readonly directThreads: boolean
  readonly mentions: boolean
  /** Ids of channels whose every message counts. */
  readonly channels: readonly string[]
  /** Messages of other apps count, too. */
  readonly otherBots: boolean
  /** Messages stand under the agent's name in place of the app's. */
  readonly agentNames: boolean
  /** With a slash at the end or without. */
  readonly apiBaseUrl: string
}
