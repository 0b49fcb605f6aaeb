import type { ConversationListView } from '../../../src/domain/commands.ts'
import type { ConversationStatus } from '../../../src/domain/conversation.ts'
import { STATUSES } from '../../shared/wire-values.ts'
import type { ListFilter } from '../live/merge-list.ts'

/** The views in the order of their tabs. */
export const VIEWS: readonly ConversationListView[] = ['mine', 'unassigned', 'all']

const REMEMBERED = 'tributary-view'

/** The list's part of the address; what is left out is the default. */
export interface ListSearch {
  readonly view?: ConversationListView
  readonly status?: ConversationStatus
  readonly q?: string
  readonly channel?: string
  readonly team?: string
}

/** Reads the list's part of an address, ignoring what makes no sense. */
export function readListSearch(search: Record<string, unknown>): ListSearch {
  const view = VIEWS.find((candidate) => candidate === search['view'])
  const status = STATUSES.find((candidate) => candidate === search['status'])
  const { q, channel, team } = search
  return {
    ...(view ? { view } : {}),
    ...(status && status !== 'open' ? { status } : {}),
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(typeof channel === 'string' && channel !== '' ? { channel } : {}),
    ...(typeof team === 'string' && team !== '' ? { team } : {}),
  }
}

/** The filter an address stands for. */
export const filterOf = (search: ListSearch): ListFilter => ({
  view: search.view ?? rememberedView(),
  status: search.status ?? 'open',
  ...(search.channel ? { channelId: search.channel } : {}),
  ...(search.team ? { teamId: search.team } : {}),
  ...(search.q ? { search: search.q } : {}),
})

function rememberedView(): ConversationListView {
  try {
    const stored = localStorage.getItem(REMEMBERED)
    return VIEWS.find((view) => view === stored) ?? 'all'
  } catch {
    return 'all'
  }
}

/** The view to begin with next time. */
export function rememberView(view: ConversationListView): void {
  try {
    localStorage.setItem(REMEMBERED, view)
  } catch {
    // Without storage the next visit begins with all.
  }
}
