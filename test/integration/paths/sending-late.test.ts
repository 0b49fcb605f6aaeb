/** What was written in time and goes out later: whether it still may is asked again then. */
import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()
const HOUR_MS = 3_600_000

/** A customer who wrote just now, and a platform that lets him be answered freely for a day. */
async function talk(send?: () => Promise<{ externalId: string }>) {
  const rig = createPathRig(database.stores, {
    capabilities: { ...SCRIPTED, replyWindowHours: 24, templates: 'native' },
    ...(send ? { send } : {}),
    also: {
      listTemplates: async () => [
        {
          id: 't1',
          name: 'news',
          language: 'en',
          body: 'There is news',
          variables: [],
          buttons: [],
          media: [],
        },
      ],
    },
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const written = async (text: string, change = {}) => {
    const { messages } = await rig.reply(id, text, undefined, change)
    if (!messages[0]) throw new Error('it is recorded')
    return messages[0].id
  }
  const standing = (messageId: Awaited<ReturnType<typeof written>>) =>
    database.stores.messages.find(messageId)
  return { ...rig, id, written, standing }
}

describe('a message that waits while its reply window closes', () => {
  it('does not go, and says why; an approved message goes all the same', async () => {
    const rig = await talk()
    rig.state.nowMs += 23 * HOUR_MS
    const answer = await rig.written('In time')
    const approved = await rig.written('', { template: { id: 't1', variables: {} } })
    rig.state.paused = true
    await rig.deliver(rig.id)
    rig.state.nowMs += HOUR_MS
    rig.state.paused = false
    await rig.deliver(rig.id)
    expect(rig.sent.map(({ text }) => text)).toEqual(['There is news'])
    expect(await rig.standing(answer)).toMatchObject({
      status: 'failed',
      delivery: { state: 'dead', errorCode: 'reply-window-closed', certainty: 'not-sent' },
    })
    expect(await rig.standing(approved)).toMatchObject({ status: 'sent' })
  })

  it('goes where the customer wrote again meanwhile', async () => {
    const rig = await talk()
    rig.state.nowMs += 23 * HOUR_MS
    const answer = await rig.written('In time')
    await rig.receive([rig.entry(says('Still there?', 'm2'))])
    rig.state.nowMs += 2 * HOUR_MS
    await rig.deliver(rig.id)
    expect(await rig.standing(answer)).toMatchObject({ status: 'sent' })
  })

  it('does not go either where a person sends it again too late', async () => {
    const rig = await talk(async () => {
      throw new ConnectorError({ code: 'no', retry: 'never', delivery: 'not-sent' })
    })
    const answer = await rig.written('In time')
    await rig.deliver(rig.id)
    rig.state.nowMs += 25 * HOUR_MS
    await retryMessage(rig.id, answer, rig.agent, rig.deliverDeps)
    await rig.deliver(rig.id)
    expect(rig.sent).toHaveLength(1)
    expect(await rig.standing(answer)).toMatchObject({
      delivery: { state: 'dead', errorCode: 'reply-window-closed' },
    })
  })
})
