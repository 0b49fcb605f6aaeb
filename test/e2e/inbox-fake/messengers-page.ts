/** What the tests of short messages do again and again. */
import type { Locator } from 'playwright-core'
import type { SendMessageCommand } from '../../../src/domain/commands.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import type { InboxPage } from './inbox-browser.ts'

export const MAJA = 'Maja Sørensen-Berg'

/** @param inbox the one that is open just now */
export function messengersPage(inbox: () => InboxPage) {
  const bubble = (text: string): Locator => inbox().page.locator('article', { hasText: text })

  function conversationOf(contact: string, channelName: string): Writable<ConversationView> {
    const { channels, conversations } = inbox().server.state
    const channel = channels.find(({ name }) => name === channelName)
    const found = [...conversations.values()].find(
      (one) => one.channelId === channel?.id && one.contact.name === contact,
    )
    if (!found) throw new Error(`${contact} does not write on ${channelName}`)
    return found
  }
  const idOf = (contact: string, channelName: string): string => conversationOf(contact, channelName).id

  /** Opens what can be done with a message. */
  async function pointAt(message: Locator): Promise<void> {
    await message.hover()
    await message.getByRole('button', { name: 'More about this message' }).click()
    await inbox().page.getByRole('menuitem').first().waitFor()
  }

  return {
    bubble,
    conversationOf,
    idOf,
    composer: (): Locator => inbox().page.getByLabel('Write a reply'),
    /** What was sent last. */
    lastSent: () => inbox().server.state.sent.at(-1) as SendMessageCommand | undefined,

    async visit(contact: string, channel: string): Promise<void> {
      await inbox().page.goto(`/conversations/${idOf(contact, channel)}`)
      await inbox().page.locator('[data-message]').last().waitFor()
    },

    pointAt,

    async choose(message: Locator, item: string): Promise<void> {
      await pointAt(message)
      await inbox().page.getByRole('menuitem', { name: item }).click()
    },
  }
}
