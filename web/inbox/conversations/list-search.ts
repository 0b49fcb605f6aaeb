import type { ConversationListView } from '../../../src/domain/commands.ts'
import type { ConversationStatus } from '../../../src/domain/conversation.ts'
import { STATUSES } from '../../shared/wire-values.ts'
import type { ListFilter } from '../live/merge-list.ts'

/** The views in the order of their tabs. */
export const VIEWS = ['mine', 'unassigned', 'all'] as const satisfies readonly ConversationListView[]

/** The quiet views: what was filed away unseen. */
export const FILED_VIEWS = ['spam', 'automatic'] as const satisfies readonly ConversationListView[]

/** Whether a view is one of {@link FILED_VIEWS}. */
export const isFiledView = (view: ConversationListView): view is (typeof FILED_VIEWS)[number] =>
  view === 'spam' || view === 'automatic'

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
  const view = [...VIEWS, ...FILED_VIEWS].find((candidate) => candidate === search['view'])
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
export function filterOf(search: ListSearch): ListFilter {
  const view = search.view ?? rememberedView()
  return {
    view,
    // What is filed away is resolved.
    status: isFiledView(view) ? 'resolved' : (search.status ?? 'open'),
    ...(search.channel ? { channelId: search.channel } : {}),
    ...(search.team ? { teamId: search.team } : {}),
    ...(search.q ? { search: search.q } : {}),
  }
}

function rememberedView(): ConversationListView {
  try {
    const stored = localStorage.getItem(REMEMBERED)
    return VIEWS.find((view) => view === stored) ?? 'all'
  } catch {
    return 'all'
  }
}

/** The view to begin with next time. */
export function rememberView(view: (typeof VIEWS)[number]): void {
  try {
    localStorage.setItem(REMEMBERED, view)
  } catch {
    // Without storage the next visit begins with all.
  }
}
