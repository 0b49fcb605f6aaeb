import type { ListConversationsQuery } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ContactId, TeamId } from '../domain/ids.ts'
import { type ChannelScope, seesChannel } from '../domain/permissions.ts'
import type { ConversationView, Page } from '../domain/views.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationFilter, ConversationListStore } from '../store/conversation-list-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { decodeCursor, encodeCursor } from './page-cursor.ts'
import { presentConversation } from './present.ts'
import { type Principal, requirePermission } from './principal.ts'

export interface ListDeps {
  readonly lists: ConversationListStore
  readonly contacts: ContactStore
}

/** A search looks at this many contacts, the newest first, in rounds of so many at once. */
const CONTACTS_SEARCHED = 1_000
const CONTACTS_PER_ROUND = 100

/** One page of an agent's list, newest activity first. @throws AppError `permission-denied`, `invalid-cursor` */
export async function listConversations(
  query: ListConversationsQuery,
  principal: Principal,
  { lists, contacts }: ListDeps,
): Promise<Page<ConversationView>> {
  requirePermission(principal, 'conversation.read')
  const search = query.search?.trim() ?? ''
  const filter: ConversationFilter = {
    ...assigneeOf(query.view, principal),
    status: query.view === 'spam' || query.view === 'automatic' ? query.view : query.status,
    ...(query.teamId === undefined ? {} : { teamId: query.teamId as TeamId }),
    channels: narrowed(principal.channels, query.channelId),
  }
  if (search === '') return pageOf(filter, query, lists)
  // Whose conversations the caller may not see are among the contacts too: a first round may show nothing of his.
  const filters: ConversationFilter[] = []
  let lastId: ContactId | undefined
  for (let looked = 0; looked < CONTACTS_SEARCHED; looked += CONTACTS_PER_ROUND) {
    const found = await contacts.search(search, CONTACTS_PER_ROUND, lastId)
    if (found.length > 0) filters.push({ ...filter, contactIds: found.map(({ id }) => id) })
    if (found.length < CONTACTS_PER_ROUND) break
    lastId = found.at(-1)?.id
  }
  return pageOfAll(filters, query, lists)
}

/**
 * All conversations of one contact that the principal may see, newest activity first: also those that are over or were
 * filed away as automatic, but no spam, which says nothing of whoever's address it bears.
 */
export async function listConversationsOfContact(
  contactId: ContactId,
  page: { readonly cursor?: string; readonly limit: number },
  principal: Principal,
  { lists }: Pick<ListDeps, 'lists'>,
): Promise<Page<ConversationView>> {
  requirePermission(principal, 'conversation.read')
  return pageOf({ channels: principal.channels, contactIds: [contactId], exceptSpam: true }, page, lists)
}

/** How many open conversations each view holds; counting stops at a thousand. */
export async function countConversations(
  principal: Principal,
  { lists }: Pick<ListDeps, 'lists'>,
): Promise<{ readonly mine: number; readonly unassigned: number; readonly all: number }> {
  requirePermission(principal, 'conversation.read')
  const count = (view: ListConversationsQuery['view']) =>
    lists.count({ ...assigneeOf(view, principal), status: 'open', channels: principal.channels })
  const [mine, unassigned, all] = await Promise.all([count('mine'), count('unassigned'), count('all')])
  return { mine, unassigned, all }
}

const pageOf = (
  filter: ConversationFilter,
  page: { readonly cursor?: string; readonly limit: number },
  lists: ConversationListStore,
): Promise<Page<ConversationView>> => pageOfAll([filter], page, lists)

/** One page of what any of several filters lets through; nothing may pass two of them. */
async function pageOfAll(
  filters: readonly ConversationFilter[],
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  lists: ConversationListStore,
): Promise<Page<ConversationView>> {
  const place = cursor === undefined ? undefined : placeOf(cursor)
  const found: StoredConversation[] = []
  for (const filter of filters) found.push(...(await lists.page(filter, limit + 1, place)))
  if (filters.length > 1) found.sort(byActivity)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(presentConversation),
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.lastActivityAtMs, last.id]) } : {}),
  }
}

function byActivity(one: StoredConversation, other: StoredConversation): number {
  return other.lastActivityAtMs - one.lastActivityAtMs || (one.id < other.id ? 1 : -1)
}

function placeOf(cursor: string): { readonly atMs: number; readonly id: string } {
  const [atMs, id] = decodeCursor(cursor, ['number', 'id'])
  return { atMs: Number(atMs), id: String(id) }
}

function assigneeOf(
  view: ListConversationsQuery['view'],
  principal: Principal,
): Pick<ConversationFilter, 'assigneeId'> {
  if (view === 'mine') return { assigneeId: principal.agentId }
  return view === 'unassigned' ? { assigneeId: null } : {}
}

function narrowed(scope: ChannelScope, channelId: string | undefined): ChannelScope {
  if (channelId === undefined) return scope
  if (!seesChannel(scope, channelId)) throw new AppError('not-found')
  return new Set([channelId])
}
