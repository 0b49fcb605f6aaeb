import { NativeSelect } from '@mantine/core'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useConversationChange } from '../data/conversation-actions.ts'
import { useAllowed } from '../data/queries.ts'
import { useCategories } from '../routing/routing-queries.ts'
import { routingText } from '../text/routing-text.ts'
import css from './contact-panel.module.css'

/** The topic of a conversation; nothing where the workspace has none. */
export function CategoryChoice({ conversation }: { readonly conversation: ConversationView }) {
  const categories = useCategories()
  const change = useConversationChange(conversation)
  const mayWrite = useAllowed('conversation.write')
  const words = routingText.assign
  const current = conversation.categoryId ?? ''
  if (categories.length === 0 && current === '') return null
  const known = current === '' || categories.some(({ id }) => id === current)
  return (
    <section className={css['section']}>
      <NativeSelect
        size="xs"
        label={words.category}
        value={current}
        disabled={!mayWrite || change.isPending}
        data={[
          { value: '', label: words.noCategory },
          ...categories.map(({ id, name }) => ({ value: id as string, label: name })),
          ...(known ? [] : [{ value: current, label: '…' }]),
        ]}
        onChange={({ currentTarget }) => change.mutate({ categoryId: currentTarget.value || null })}
      />
    </section>
  )
}
