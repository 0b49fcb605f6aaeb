import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { isProblem } from '../shared/problem.ts'
import { ConversationPage } from './conversations/conversation-page.tsx'
import { InboxPage, NothingChosen } from './conversations/inbox-page.tsx'
import { readListSearch } from './conversations/list-search.ts'
import { queryClient } from './data/client.ts'
import { channelsQuery, sessionQuery } from './data/queries.ts'
import { Frame } from './shell/frame.tsx'
import { NotFound, PageBroke } from './shell/page-states.tsx'

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

/** A path of ours to go on to after signing in; anything else would be an open redirect. */
const readNext = (search: Record<string, unknown>): { next?: string } => {
  const next = search['next']
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {}
}

const entrance = {
  signIn: createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-in',
    validateSearch: readNext,
    component: lazyRouteComponent(() => import('./entrance/sign-in-page.tsx'), 'SignInPage'),
  }),
  setUp: createRoute({
    getParentRoute: () => rootRoute,
    path: '/set-up',
    component: lazyRouteComponent(() => import('./entrance/set-up-page.tsx'), 'SetUpPage'),
  }),
  invite: createRoute({
    getParentRoute: () => rootRoute,
    path: '/invite',
    component: lazyRouteComponent(() => import('./entrance/invite-page.tsx'), 'InvitePage'),
  }),
}

const signedIn = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  component: Frame,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!isProblem(error, 'sign-in-required')) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
    }
  },
})

const inbox = createRoute({
  getParentRoute: () => signedIn,
  id: 'inbox',
  validateSearch: readListSearch,
  component: InboxPage,
})

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
})

const routeTree = rootRoute.addChildren([
  entrance.signIn,
  entrance.setUp,
  entrance.invite,
  signedIn.addChildren([
    inbox.addChildren([
      createRoute({ getParentRoute: () => inbox, path: '/', component: NothingChosen }),
      createRoute({
        getParentRoute: () => inbox,
        path: '/conversations/$conversationId',
        component: ConversationPage,
      }),
      createRoute({
        getParentRoute: () => inbox,
        path: '/write',
        component: lazyRouteComponent(() => import('./conversations/write-page.tsx'), 'WritePage'),
      }),
    ]),
    createRoute({
      getParentRoute: () => signedIn,
      path: '/contacts/$contactId',
      component: lazyRouteComponent(() => import('./contact/contact-screens.ts'), 'ContactPage'),
    }),
    createRoute({
      getParentRoute: () => signedIn,
      path: '/queue',
      component: lazyRouteComponent(() => import('./queue/queue-page.tsx'), 'QueuePage'),
    }),
    settings.addChildren([
      createRoute({
        getParentRoute: () => settings,
        path: '/',
        beforeLoad: () => {
          throw redirect({ to: '/settings/profile' })
        },
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/channels',
        loader: () => queryClient.prefetchQuery(channelsQuery),
        component: lazyRouteComponent(() => import('./settings/channels-page.tsx'), 'ChannelsPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/channels/new',
        validateSearch: ({ kind }: Record<string, unknown>): { readonly kind?: string } =>
          typeof kind === 'string' ? { kind } : {},
        component: lazyRouteComponent(() => import('./settings/new-channel-page.tsx'), 'NewChannelPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/channels/$channelId',
        component: lazyRouteComponent(() => import('./settings/channel-page.tsx'), 'ChannelPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/agents',
        component: lazyRouteComponent(() => import('./settings/agents-page.tsx'), 'AgentsPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/agents/$agentId',
        component: lazyRouteComponent(() => import('./groups/agent-routing-page.tsx'), 'AgentRoutingPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/routing',
        component: lazyRouteComponent(
          () => import('./groups/routing-settings-page.tsx'),
          'RoutingSettingsPage',
        ),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/teams',
        component: lazyRouteComponent(() => import('./groups/teams-page.tsx'), 'TeamsPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/teams/$teamId',
        component: lazyRouteComponent(() => import('./groups/team-page.tsx'), 'TeamPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/categories',
        component: lazyRouteComponent(() => import('./groups/categories-page.tsx'), 'CategoriesPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/categories/$categoryId',
        component: lazyRouteComponent(() => import('./groups/category-page.tsx'), 'CategoryPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/skills',
        component: lazyRouteComponent(() => import('./groups/skills-page.tsx'), 'SkillsPage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/profile',
        component: lazyRouteComponent(() => import('./settings/profile-page.tsx'), 'ProfilePage'),
      }),
      createRoute({
        getParentRoute: () => settings,
        path: '/quarantine',
        component: lazyRouteComponent(() => import('./settings/quarantine-page.tsx'), 'QuarantinePage'),
      }),
    ]),
  ]),
])

/** Which address shows which page. */
export const router = createRouter({
  routeTree,
  defaultPreload: false,
  defaultErrorComponent: PageBroke,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
