import { useDebouncedCallback } from '@mantine/hooks'
import { IconChevronDown, IconPencilPlus, IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { ChannelView } from '../../../src/domain/views.ts'
import { STATUSES } from '../../shared/wire-values.ts'
import { countsQuery, useAllowed, useChannels, useConversationList, useTeams } from '../data/queries.ts'
import type { ListFilter } from '../live/merge-list.ts'
import { cx } from '../parts/class-names.ts'
import { useShortcut } from '../shell/shortcuts.ts'
import { text } from '../text/text.ts'
import { ConversationList } from './conversation-list.tsx'
import css from './list-pane.module.css'
import type { ListSearch } from './list-search.ts'
import { FILED_VIEWS, isFiledView, readListSearch, rememberView, VIEWS } from './list-search.ts'

const SEARCH_AFTER_MS = 250

/** Whether an agent may write first on a channel. */
const startsConversations = ({ capabilities, deletedAt }: ChannelView): boolean =>
  capabilities.startConversation === 'native' && !deletedAt

const isDeleted = ({ deletedAt }: ChannelView): boolean => deletedAt !== undefined
const asOption = ({ id, name }: ChannelView) => [id, name] as const

/** The left side of the inbox: views, filters, search and the list itself. */
export function ListPane(props: {
  readonly search: ListSearch
  readonly filter: ListFilter
  readonly chosen: string | undefined
}) {
  const { search, filter, chosen } = props
  const navigate = useNavigate()
  // The chosen conversation stays open while the list beside it changes.
  const here = chosen
    ? ({ to: '/conversations/$conversationId', params: { conversationId: chosen } } as const)
    : ({ to: '/' } as const)
  const show = (change: { [Key in keyof ListSearch]: ListSearch[Key] | undefined }, replace = false) =>
    void navigate({ ...here, search: readListSearch({ ...search, ...change }), replace })
  const list = useConversationList(filter)
  const counts = useQuery(countsQuery).data
  const channels = useChannels()
  const teams = useTeams()
  const mayWrite = useAllowed('message.send')
  const startsSome = [...channels.values()].some(startsConversations)
  useShortcut('c', mayWrite && startsSome ? () => void navigate({ to: '/write', search: true }) : undefined)

  const { items = [] } = list
  const at = items.findIndex(({ id }) => id === chosen)
  /** Where the chosen one stood: resolved, it leaves the list, and the next one moves up into its place. */
  const place = useRef(-1)
  useEffect(() => {
    if (at >= 0) place.current = at
  }, [at])
  const go = (step: 1 | -1) => {
    const from = at >= 0 ? at + step : step > 0 ? place.current : place.current - 1
    const next = items[Math.min(items.length - 1, Math.max(0, from))]
    if (next) {
      void navigate({
        to: '/conversations/$conversationId',
        params: { conversationId: next.id },
        search: true,
      })
    }
  }
  useShortcut('j', () => go(1))
  useShortcut('k', () => go(-1))

  return (
    <section className={css['pane']} aria-label={text.list.label}>
      <header className={css['head']}>
        <h1 className={css['title']}>{text.navigation.inbox}</h1>
        {teams.size > 0 && (
          <Choice
            className={css['teams']}
            label={text.list.teamFilter}
            value={filter.teamId ?? ''}
            options={[
              ['', text.list.allTeams],
              ...[...teams.values()].map(({ id, name }) => [id, name] as const),
            ]}
            onChoose={(team) => show({ team: team || undefined })}
          />
        )}
        <Choice
          className={css['status']}
          label={text.status.label}
          value={isFiledView(filter.view) ? filter.view : filter.status}
          options={STATUSES.map((value) => [value, text.status[value]])}
          more={{ label: text.views.filed, options: FILED_VIEWS.map((view) => [view, text.views[view]]) }}
          onChoose={(chosen) => {
            const view = FILED_VIEWS.find((one) => one === chosen)
            const back = isFiledView(filter.view) ? { view: undefined } : {}
            show(view ? { view } : { ...back, status: STATUSES.find((one) => one === chosen) })
          }}
        />
        {mayWrite && startsSome && (
          <Link
            to="/write"
            search={true}
            className={css['write']}
            data-tip={`${text.list.write} (C)`}
            data-tip-end
            aria-label={text.list.write}
          >
            <IconPencilPlus size={19} stroke={1.8} />
          </Link>
        )}
      </header>
      <nav className={css['tabs']} aria-label={text.views.label}>
        {VIEWS.map((view) => (
          <Link
            key={view}
            {...here}
            search={{ ...search, view }}
            onClick={() => rememberView(view)}
            className={cx(css['tab'], filter.view === view && css['current'])}
            aria-current={filter.view === view ? 'page' : undefined}
          >
            {text.views[view]}
            {counts && counts[view] > 0 && <span className={css['count']}>{counts[view]}</span>}
          </Link>
        ))}
      </nav>
      <div className={css['filters']}>
        <SearchBox value={filter.search ?? ''} onSearch={(q) => show({ q: q.trim() || undefined }, true)} />
        {channels.size > 1 && (
          <Choice
            className={css['channels']}
            label={text.list.channelFilter}
            value={filter.channelId ?? ''}
            options={[
              ['', text.list.allChannels],
              ...[...channels.values()].filter((channel) => !isDeleted(channel)).map(asOption),
            ]}
            {...([...channels.values()].some(isDeleted)
              ? {
                  more: {
                    label: text.list.deletedChannels,
                    options: [...channels.values()].filter(isDeleted).map(asOption),
                  },
                }
              : {})}
            onChoose={(channel) => show({ channel: channel || undefined })}
          />
        )}
      </div>
      <ConversationList list={list} filter={filter} chosen={chosen} channels={channels} teams={teams} />
    </section>
  )
}

type Option = readonly [value: string, label: string]

const drawn = ([value, label]: Option) => (
  <option key={value} value={value}>
    {label}
  </option>
)

/** The browser's own list of choices in our dress: quick, and at home on a phone. */
function Choice(props: {
  readonly className: string | undefined
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  /** Further ones, apart from the others. */
  readonly more?: { readonly label: string; readonly options: readonly Option[] }
  readonly onChoose: (value: string) => void
}) {
  return (
    <span className={cx(css['choice'], props.className)}>
      <select
        aria-label={props.label}
        value={props.value}
        onChange={({ currentTarget }) => props.onChoose(currentTarget.value)}
      >
        {props.options.map(drawn)}
        {props.more && <optgroup label={props.more.label}>{props.more.options.map(drawn)}</optgroup>}
      </select>
      <IconChevronDown size={14} stroke={2} aria-hidden />
    </span>
  )
}

function SearchBox({ value, onSearch }: { readonly value: string; readonly onSearch: (q: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  useShortcut('/', () => field.current?.focus())
  const searchSoon = useDebouncedCallback(onSearch, SEARCH_AFTER_MS)
  return (
    <div className={css['search']}>
      <IconSearch size={15} stroke={1.8} aria-hidden />
      <input
        ref={field}
        type="search"
        value={typed}
        placeholder={text.list.searchShort}
        aria-label={text.list.search}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value)
          searchSoon(currentTarget.value)
        }}
      />
      {typed !== '' ? (
        <button
          type="button"
          aria-label={text.list.clearSearch}
          onClick={() => {
            setTyped('')
            onSearch('')
            field.current?.focus()
          }}
        >
          <IconX size={14} />
        </button>
      ) : (
        <kbd aria-hidden>/</kbd>
      )}
    </div>
  )
}
