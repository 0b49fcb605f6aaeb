/** The inbox server with people who write on several channels, and calls on their contacts. */
import type { InboundIdentity } from '../../../src/contract/inbound-event.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import type {
  ContactView,
  ConversationView,
  DuplicateView,
  MergePreviewView,
  MergeView,
} from '../../../src/domain/views.ts'
import { said } from '../../harness/scripted-channel.ts'
import { startInboxServer } from '../conversations/inbox-server.ts'
import type { Agent } from '../http/test-server.ts'

export const API = '/api/v1'

export interface Outcome {
  readonly merge: MergeView
  readonly contact: ContactView
}

export type PeopleServer = Awaited<ReturnType<typeof startPeopleServer>>

export async function startPeopleServer(...more: Parameters<typeof startInboxServer>) {
  const inbox = await startInboxServer(...more)
  let messages = 0
  const get = async <T>(path: string, agent: Agent = inbox.owner.agent): Promise<T> =>
    (await agent.get(`${API}${path}`).expect(200)).body
  const contact = (id: string, agent?: Agent): Promise<ContactView> => get(`/contacts/${id}`, agent)
  const writes = async (
    who: string,
    identity: Partial<InboundIdentity> = {},
    channel: ChannelId = inbox.channelId,
    text = 'Hello',
  ): Promise<ConversationView> => {
    messages += 1
    const whole = { externalId: who, verified: true, ...identity }
    await inbox.deliver([said(who, `${who}-${messages}`, { text, identity: whole })], channel)
    return inbox.readOf(who, channel)
  }
  return {
    ...inbox,
    get,
    contact,
    writes,
    /** Somebody's message; answers with his contact. */
    async person(who: string, identity: Partial<InboundIdentity> = {}, channel?: ChannelId) {
      const conversation = await writes(who, identity, channel)
      return contact(conversation.contact.id)
    },
    async change(id: string, change: object): Promise<ContactView> {
      const { version } = await contact(id)
      const { body } = await inbox.owner.agent
        .patch(`${API}/contacts/${id}`)
        .send({ ...change, version })
        .expect(200)
      return body
    },
    duplicates: async (id: string, agent?: Agent): Promise<readonly DuplicateView[]> =>
      (await get<{ items: DuplicateView[] }>(`/contacts/${id}/duplicates`, agent)).items,
    preview: (id: string, other: string, agent?: Agent): Promise<MergePreviewView> =>
      get(`/contacts/${id}/merge-preview?with=${other}`, agent),
    async merge(id: string, other: string, agent: Agent = inbox.owner.agent): Promise<Outcome> {
      const [{ version }, { version: contactVersion }] = await Promise.all([contact(id), contact(other)])
      const { body } = await agent
        .post(`${API}/contacts/${id}/merges`)
        .send({ contactId: other, version, contactVersion })
        .expect(201)
      return body
    },
    async undo(id: string, agent: Agent = inbox.owner.agent): Promise<Outcome> {
      return (await agent.post(`${API}/contact-merges/${id}/undo`).expect(200)).body
    },
    conversationsOf: async (id: string, agent?: Agent): Promise<readonly ConversationView[]> =>
      (await get<{ items: ConversationView[] }>(`/contacts/${id}/conversations`, agent)).items,
  }
}
