import '@mantine/spotlight/styles.layer.css'
import { useMantineColorScheme } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { SpotlightActionData } from '@mantine/spotlight'
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import {
  IconAddressBook,
  IconArrowsSplit2,
  IconBan,
  IconBug,
  IconCircleCheck,
  IconDeviceDesktop,
  IconInbox,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconPencilPlus,
  IconPlugConnected,
  IconSearch,
  IconSun,
  IconUserCheck,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { AVAILABILITIES } from '../../shared/wire-values.ts'
import { FILED_VIEWS, VIEWS } from '../conversations/list-search.ts'
import { api } from '../data/client.ts'
import { changeConversation } from '../data/conversation-actions.ts'
import { conversationQuery, useAllowed, useChannels, useMe, useOverlay } from '../data/queries.ts'
import { newest } from '../live/overlay.ts'
import { Avatar, PresenceDot } from '../parts/avatar.tsx'
import { routingText } from '../text/routing-text.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { signOut, useAvailability } from './account.ts'
import css from './command-palette.module.css'
import { paletteWishes } from './palette-opener.ts'

const [store, spotlight] = createSpotlight()
const SEARCH_FROM = 2
const SEARCH_AFTER_MS = 200
const FOUND = 6

const ROUTING_PAGES = [
  { to: '/settings/routing', label: text.navigation.routing },
  { to: '/settings/teams', label: routingText.pages.teams },
  { to: '/settings/categories', label: routingText.pages.categories },
  { to: '/settings/skills', label: routingText.pages.skills },
] as const

const icon = (Icon: typeof IconInbox) => <Icon size={18} stroke={1.7} />

/** Everything by keyboard: places, conversations, and what can be done with the one on the screen. */
export function CommandPalette({ onHelp }: { readonly onHelp: () => void }) {
  const wishes = useSyncExternalStore(paletteWishes.subscribe, paletteWishes.get)
  const [typed, setTyped] = useState('')
  const places = usePlaces(onHelp)
  const here = useHere()
  const found = useFound(typed)
  useEffect(() => {
    if (wishes > 0) spotlight.open()
  }, [wishes])
  return (
    <Spotlight
      store={store}
      query={typed}
      onQueryChange={setTyped}
      attributes={{ content: { 'aria-label': text.navigation.palette } }}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      shortcut={null}
      scrollable
      maxHeight={440}
      highlightQuery={false}
      nothingFound={settingsText.palette.nothing}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.7} />,
        placeholder: settingsText.palette.placeholder,
        'aria-label': settingsText.palette.placeholder,
      }}
      filter={matching}
      classNames={{ actionsGroup: css['group'] ?? '', action: css['action'] ?? '' }}
      actions={[
        ...(found.length > 0 ? [{ group: settingsText.palette.conversations, actions: found }] : []),
        ...(here.length > 0 ? [{ group: settingsText.palette.here, actions: here }] : []),
        ...places,
      ]}
    />
  )
}

type Groups = React.ComponentProps<typeof Spotlight>['actions']

/** What the server found stays; the rest must hold every typed word. */
function matching(query: string, groups: Groups): Groups {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return groups.flatMap((group) => {
    if (!('actions' in group) || group.group === settingsText.palette.conversations) return [group]
    const actions = group.actions.filter(({ label = '' }) =>
      words.every((word) => label.toLocaleLowerCase().includes(word)),
    )
    return actions.length > 0 ? [{ ...group, actions }] : []
  })
}

function usePlaces(onHelp: () => void) {
  const navigate = useNavigate()
  const availability = useAvailability()
  const { setColorScheme } = useMantineColorScheme()
  const mayQuarantine = useAllowed('quarantine.manage')
  const mayWatchQueue = useAllowed('routing.queue')
  const mayRoute = useAllowed('routing.manage')
  const maySend = useAllowed('message.send')
  const startsSome = [...useChannels().values()].some(
    ({ capabilities }) => capabilities.startConversation === 'native',
  )
  const mayWrite = maySend && startsSome
  const goTo: SpotlightActionData[] = [
    ...(mayWrite
      ? [
          {
            id: 'write',
            label: text.list.write,
            leftSection: icon(IconPencilPlus),
            onClick: () => void navigate({ to: '/write', search: true }),
          },
        ]
      : []),
    ...[...VIEWS, ...FILED_VIEWS].map((view) => ({
      id: `view-${view}`,
      label: settingsText.palette.view(text.views[view]),
      leftSection: icon(IconInbox),
      onClick: () => void navigate({ to: '/', search: { view } }),
    })),
    {
      id: 'channels',
      label: text.navigation.channels,
      leftSection: icon(IconPlugConnected),
      onClick: () => void navigate({ to: '/settings/channels' }),
    },
    {
      id: 'agents',
      label: text.navigation.agents,
      leftSection: icon(IconAddressBook),
      onClick: () => void navigate({ to: '/settings/agents' }),
    },
    ...(mayWatchQueue
      ? [
          {
            id: 'queue',
            label: text.navigation.queue,
            leftSection: icon(IconUsers),
            onClick: () => void navigate({ to: '/queue' }),
          },
        ]
      : []),
    ...ROUTING_PAGES.filter(({ to }) => mayRoute || to !== '/settings/routing').map(({ to, label }) => ({
      id: to,
      label,
      leftSection: icon(IconArrowsSplit2),
      onClick: () => void navigate({ to }),
    })),
    {
      id: 'profile',
      label: text.navigation.profile,
      leftSection: icon(IconUserCircle),
      onClick: () => void navigate({ to: '/settings/profile' }),
    },
    ...(mayQuarantine
      ? [
          {
            id: 'quarantine',
            label: text.navigation.quarantine,
            leftSection: icon(IconBug),
            onClick: () => void navigate({ to: '/settings/quarantine' }),
          },
        ]
      : []),
    { id: 'help', label: text.navigation.help, leftSection: icon(IconKeyboard), onClick: onHelp },
  ]
  const you: SpotlightActionData[] = [
    ...AVAILABILITIES.map((choice) => ({
      id: `availability-${choice}`,
      label: settingsText.palette.set(text.availability[choice]),
      leftSection: <PresenceDot state={choice} />,
      onClick: () => availability.mutate(choice),
    })),
    ...(['light', 'dark', 'auto'] as const).map((scheme) => ({
      id: `scheme-${scheme}`,
      label: settingsText.palette.scheme(text.appearance[scheme]),
      leftSection: icon(scheme === 'light' ? IconSun : scheme === 'dark' ? IconMoon : IconDeviceDesktop),
      onClick: () => setColorScheme(scheme),
    })),
    {
      id: 'sign-out',
      label: text.navigation.signOut,
      leftSection: icon(IconLogout),
      onClick: () => void signOut(),
    },
  ]
  return [
    { group: settingsText.palette.goTo, actions: goTo },
    { group: settingsText.palette.you, actions: you },
  ]
}

function useHere(): SpotlightActionData[] {
  const { conversationId = '' } = useParams({ strict: false })
  const query = useQuery({ ...conversationQuery(conversationId), enabled: conversationId !== '' })
  const heard = useOverlay().conversations.get(conversationId)?.value
  const me = useMe()
  const mayWrite = useAllowed('conversation.write')
  if (!query.data || !mayWrite) return []
  const conversation = newest(query.data, heard)
  const resolved = conversation.status === 'resolved'
  const { filed } = conversation
  return [
    ...(filed
      ? [
          {
            id: 'unfile',
            label: filed === 'spam' ? text.filed.notSpam : text.filed.move,
            leftSection: icon(IconInbox),
            onClick: () => void changeConversation(conversation, { filed: null }),
          },
        ]
      : [
          {
            id: 'resolve',
            label: resolved ? text.conversation.reopen : text.conversation.resolve,
            leftSection: icon(IconCircleCheck),
            onClick: () => void changeConversation(conversation, { status: resolved ? 'open' : 'resolved' }),
          },
        ]),
    ...(filed === 'spam'
      ? []
      : [
          {
            id: 'spam',
            label: text.filed.mark,
            leftSection: icon(IconBan),
            onClick: () => void changeConversation(conversation, { filed: 'spam' }),
          },
        ]),
    ...(conversation.assigneeId === me.id
      ? []
      : [
          {
            id: 'take',
            label: text.conversation.takeMine,
            leftSection: icon(IconUserCheck),
            onClick: () => void changeConversation(conversation, { assigneeId: me.id }),
          },
        ]),
  ]
}

function useFound(typed: string): SpotlightActionData[] {
  const navigate = useNavigate()
  const [search] = useDebouncedValue(typed.trim(), SEARCH_AFTER_MS)
  const { data } = useQuery({
    queryKey: ['palette', search],
    queryFn: ({ signal }) => api.conversations({ view: 'all', status: 'open', search, limit: FOUND }, signal),
    enabled: search.length >= SEARCH_FROM,
  })
  if (typed.trim().length < SEARCH_FROM) return []
  return (data?.items ?? []).map(({ id, contact, subject, lastMessage }) => ({
    id: `conversation-${id}`,
    label: contact.name,
    description: subject ?? lastMessage?.preview ?? '',
    leftSection: <Avatar name={contact.name} size={28} />,
    onClick: () => void navigate({ to: '/conversations/$conversationId', params: { conversationId: id } }),
  }))
}
