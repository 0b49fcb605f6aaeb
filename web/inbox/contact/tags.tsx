import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useConversationChange } from '../data/conversation-actions.ts'
import { useAllowed } from '../data/queries.ts'
import { text } from '../text/text.ts'
import css from './tags.module.css'

const LONGEST = 40

/** The tags of a conversation, added and removed in place. */
export function Tags({ conversation }: { readonly conversation: ConversationView }) {
  const { tags } = conversation
  const change = useConversationChange(conversation)
  const mayWrite = useAllowed('conversation.write')
  const [typed, setTyped] = useState('')
  const add = () => {
    const tag = typed.trim()
    if (tag !== '' && !tags.includes(tag)) change.mutate({ tags: [...tags, tag] })
    setTyped('')
  }
  return (
    <div className={css['tags']}>
      {tags.map((tag) => (
        <span key={tag} className={css['tag']}>
          <bdi>{tag}</bdi>
          {mayWrite && (
            <button
              type="button"
              aria-label={text.conversation.removeTag(tag)}
              disabled={change.isPending}
              onClick={() => change.mutate({ tags: tags.filter((other) => other !== tag) })}
            >
              <IconX size={12} stroke={2.2} />
            </button>
          )}
        </span>
      ))}
      {mayWrite && (
        <label className={css['add']}>
          <IconPlus size={13} stroke={2} aria-hidden />
          <input
            value={typed}
            maxLength={LONGEST}
            aria-label={text.conversation.addTag}
            placeholder={text.conversation.addTag}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') add()
            }}
          />
        </label>
      )}
    </div>
  )
}
