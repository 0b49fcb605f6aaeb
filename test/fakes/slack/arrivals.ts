/** What people in the workspace see of what the app wrote, read back from what it holds. */
import type { FakeSlack } from './server.ts'

/** Something that arrived; of the form that the contract kit knows. */
type Arrival =
  | {
      readonly kind: 'message'
      readonly externalId: string
      readonly text: string
      readonly bold?: readonly string[]
      readonly files: readonly { readonly name?: string; readonly bytes?: Uint8Array }[]
    }
  | { readonly kind: 'edit'; readonly externalId: string; readonly text: string }
  | { readonly kind: 'deletion'; readonly externalId: string }

interface Inline {
  readonly type: string
  readonly text?: string
  readonly url?: string
  readonly style?: { readonly bold?: boolean }
}
interface Block {
  readonly elements: readonly { readonly type: string; readonly elements: readonly Inline[] }[]
}

const METHODS = ['chat.postMessage', 'chat.update', 'chat.delete', 'files.completeUploadExternal']

/** Follows what is done in the workspace from now on. */
export function arrivalsAt({ provider, workspace }: FakeSlack): () => readonly Arrival[] {
  const seen = new Map<string, string>()
  const arrived: Arrival[] = []
  const look = (): void => {
    for (const [channel, { messages }] of workspace.channels) {
      const present = new Set<string>()
      for (const message of messages) {
        if (message.bot_id !== workspace.bot.botId) continue
        const externalId = `${channel}:${message.ts}`
        present.add(externalId)
        const { text, bold } = shownOf(message.text, message.blocks as readonly Block[] | undefined)
        const state = JSON.stringify([text, bold, message.edited?.ts])
        const before = seen.get(externalId)
        if (before === state) continue
        seen.set(externalId, state)
        if (before !== undefined) arrived.push({ kind: 'edit', externalId, text })
        else {
          const files = (message.files ?? []).map(({ id, name }) => {
            const bytes = workspace.files.get(id)?.bytes
            return { name, ...(bytes && { bytes }) }
          })
          arrived.push({ kind: 'message', externalId, text, bold, files })
        }
      }
      for (const externalId of [...seen.keys()])
        if (externalId.startsWith(`${channel}:`) && !present.has(externalId)) {
          seen.delete(externalId)
          arrived.push({ kind: 'deletion', externalId })
        }
    }
  }
  let calls = 0
  return () => {
    if (provider.calls.slice(calls).some(({ url }) => METHODS.some((method) => url.endsWith(method)))) look()
    calls = provider.calls.length
    return [...arrived]
  }
}

/** As Slack shows it: the blocks where there are some, else the text without its entities. */
function shownOf(
  text: string,
  blocks: readonly Block[] | undefined,
): { readonly text: string; readonly bold: readonly string[] } {
  if (blocks === undefined) return { text: plain(text), bold: [] }
  const inlines = blocks.flatMap(({ elements }) => elements).flatMap(({ elements }) => elements)
  return {
    text: inlines.map((inline) => inline.text ?? inline.url ?? '').join(''),
    bold: inlines.filter(({ style }) => style?.bold).map((inline) => inline.text ?? ''),
  }
}

const plain = (text: string): string =>
  text.replaceAll('\u2060', '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
