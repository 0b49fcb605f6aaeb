import { acceptInvite, type ManageAgentsDeps } from '../services/manage-agents.ts'
import { type ProfileDeps, readProfile } from '../services/own-profile.ts'
import { isSetUpNeeded, type SetUpDeps, setUp } from '../services/set-up.ts'
import { signIn } from '../services/sign-in.ts'
import { acceptInviteCommand, setUpCommand, signInCommand } from './command-schemas.ts'
import { z } from './fields.ts'
import { created, defineRoute, noContent, ok, type RouteDefinition } from './route.ts'
import { profileView } from './view-schemas.ts'

/** Set-up, sign-in, sign-out, invites: how a person gets in. */
export function entryRoutes(deps: SetUpDeps & ManageAgentsDeps & ProfileDeps): readonly RouteDefinition[] {
  const tag = 'entry'
  return [
    defineRoute({
      method: 'get',
      path: '/set-up',
      tag,
      summary: 'Whether the installation still needs its owner',
      access: 'public',
      responses: { 200: { description: 'The state', schema: z.object({ needed: z.boolean() }) } },
      handler: async () => ok({ needed: await isSetUpNeeded(deps) }),
    }),
    defineRoute({
      method: 'post',
      path: '/set-up',
      tag,
      summary: 'Make the owner with the one-time link, and sign in',
      access: 'public',
      usesSession: true,
      body: setUpCommand,
      responses: { 201: { description: 'The owner, signed in', schema: profileView } },
      async handler({ body, session }) {
        const owner = await setUp(deps, body)
        await session.open(owner)
        return created(await readProfile(deps, owner.id))
      },
    }),
    defineRoute({
      method: 'post',
      path: '/session',
      tag,
      summary: 'Sign in',
      access: 'public',
      usesSession: true,
      body: signInCommand,
      responses: { 200: { description: 'Oneself, signed in', schema: profileView } },
      async handler({ body, address, session }) {
        const agent = await signIn(deps, body, address)
        await session.open(agent)
        return ok(await readProfile(deps, agent.id))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/session',
      tag,
      summary: 'Who is signed in',
      access: 'signed-in',
      responses: { 200: { description: 'Oneself', schema: profileView } },
      handler: async ({ principal }) => ok(await readProfile(deps, principal.agentId)),
    }),
    defineRoute({
      method: 'delete',
      path: '/session',
      tag,
      summary: 'Sign out',
      access: 'public',
      usesSession: true,
      responses: { 204: { description: 'Signed out' } },
      async handler({ session }) {
        await session.close()
        return noContent()
      },
    }),
    defineRoute({
      method: 'post',
      path: '/invites/accept',
      tag,
      summary: 'Accept an invite with its one-time link, and sign in',
      access: 'public',
      usesSession: true,
      body: acceptInviteCommand,
      responses: { 200: { description: 'Oneself, signed in', schema: profileView } },
      async handler({ body, session }) {
        const agent = await acceptInvite(deps, body)
        await session.open(agent)
        return ok(await readProfile(deps, agent.id))
      },
    }),
  ]
}
