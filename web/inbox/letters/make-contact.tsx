import { Button } from '@mantine/core'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useConversationChange } from '../data/conversation-actions.ts'
import { useAllowed } from '../data/queries.ts'
import { letterText } from '../text/letter-text.ts'
import { nameOf } from './addresses.ts'

interface Props {
  readonly conversation: ConversationView
  readonly person: LetterAddress
}

/** Makes a conversation be with somebody whom one of its letters names. */
export function MakeContact({ conversation, person }: Props) {
  const change = useConversationChange(conversation)
  const mayWrite = useAllowed('conversation.write')
  if (!mayWrite) return null
  const { address, name } = person
  return (
    <Button
      size="compact-xs"
      variant="default"
      title={letterText.makeContactHint(nameOf(person))}
      loading={change.isPending}
      onClick={() => change.mutate({ address, ...(name ? { name: name.slice(0, 200) } : {}) })}
    >
      {letterText.makeContact}
    </Button>
  )
}
