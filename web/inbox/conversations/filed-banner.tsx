import { Button } from '@mantine/core'
import { IconInbox } from '@tabler/icons-react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useConversationChange } from '../data/conversation-actions.ts'
import { useAllowed } from '../data/queries.ts'
import { text } from '../text/text.ts'
import css from './conversation-page.module.css'

/** Says why nobody works on a conversation, and takes it out of there. */
export function FiledBanner({ conversation }: { readonly conversation: ConversationView }) {
  const change = useConversationChange(conversation)
  const mayWrite = useAllowed('conversation.write')
  const { filed } = conversation
  if (!filed) return null
  return (
    <div className={css['filed']}>
      <span>{text.filed[filed]}</span>
      {mayWrite && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconInbox size={15} />}
          loading={change.isPending}
          onClick={() => change.mutate({ filed: null })}
        >
          {filed === 'spam' ? text.filed.notSpam : text.filed.move}
        </Button>
      )}
    </div>
  )
}
