import type { PresenceInConversation } from '../domain/events.ts'
import type { ConversationId } from '../domain/ids.ts'

/** That somebody has a conversation on his screen. */
export interface Viewer {
  readonly conversationId: ConversationId
  readonly agentId: string
  readonly name: string
}

/** What one node's register tells the others: always all its viewers, so that a lost word mends itself. */
export interface ViewersOfNode {
  readonly nodeId: string
  readonly viewers: readonly Viewer[]
}

export interface Viewing {
  /** The screen of a socket of this node now shows another conversation, or none. */
  show(socketId: string, viewer: Viewer | undefined): void
  /** Everybody, on any node, who looks at a conversation. */
  viewersOf(conversationId: string): readonly Viewer[]
  ofThisNode(): readonly Viewer[]
  receive(news: ViewersOfNode): void
  /** Drops nodes that have been silent for too long. */
  forgetSilent(): void
}

/** A node that crashed cannot say that its agents left. */
const SILENT_AFTER_MS = 35_000

/** Who looks at which conversation, over all nodes. Kept in memory only: it is worth no more than the moment. */
export function createViewing(deps: {
  readonly now: () => number
  /** Somebody began or stopped to look at a conversation, seen over all nodes and screens. */
  readonly onChange: (presence: PresenceInConversation) => void
}): Viewing {
  const { now, onChange } = deps
  const screens = new Map<string, Viewer>()
  const nodes = new Map<string, { readonly viewers: readonly Viewer[]; readonly heardMs: number }>()

  const everybody = (): Map<string, Viewer> => {
    const all = new Map<string, Viewer>()
    const add = (viewer: Viewer): void => void all.set(`${viewer.conversationId} ${viewer.agentId}`, viewer)
    for (const viewer of screens.values()) add(viewer)
    for (const node of nodes.values()) node.viewers.forEach(add)
    return all
  }

  const changing = (change: () => void): void => {
    const before = everybody()
    change()
    const after = everybody()
    for (const [key, viewer] of before) if (!after.has(key)) onChange({ ...viewer, state: 'left' })
    for (const [key, viewer] of after) if (!before.has(key)) onChange({ ...viewer, state: 'viewing' })
  }

  return {
    show(socketId, viewer) {
      if (!viewer && !screens.has(socketId)) return
      changing(() => {
        if (viewer) screens.set(socketId, viewer)
        else screens.delete(socketId)
      })
    },
    viewersOf: (conversationId) =>
      [...everybody().values()].filter((viewer) => viewer.conversationId === conversationId),
    ofThisNode: () => [...screens.values()],
    receive({ nodeId, viewers }) {
      changing(() => void nodes.set(nodeId, { viewers, heardMs: now() }))
    },
    forgetSilent() {
      const silent = [...nodes].filter(([, node]) => now() - node.heardMs > SILENT_AFTER_MS)
      if (silent.length > 0) changing(() => silent.forEach(([nodeId]) => nodes.delete(nodeId)))
    },
  }
}
