import { Button } from '@mantine/core'
import type { Draft } from '../parts/use-draft.ts'
import fields from '../routing/fields.module.css'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'

/** Saves what was edited, while there is something to save; says when somebody else was faster. */
export function DraftBar<T>(props: {
  readonly draft: Draft<T>
  readonly busy: boolean
  readonly disabled?: boolean
  readonly onSave: (value: T) => void
}) {
  const { draft, busy, disabled = false, onSave } = props
  if (!draft.dirty) return null
  return (
    <div className={fields['line']}>
      <Button
        size="xs"
        loading={busy}
        disabled={disabled}
        onClick={() => {
          draft.noteSent(draft.value)
          onSave(draft.value)
        }}
      >
        {text.general.save}
      </Button>
      <Overtaken draft={draft} />
    </div>
  )
}

/** That somebody else was faster, and the way to what he made of it. */
export function Overtaken({ draft }: { readonly draft: Pick<Draft<unknown>, 'overtaken' | 'reset'> }) {
  const words = routingText.policy
  if (!draft.overtaken) return null
  return (
    <>
      <p role="status" className={fields['faint']}>
        {words.conflictTitle}. {words.conflict}
      </p>
      <Button size="xs" variant="default" onClick={draft.reset}>
        {words.takeTheirs}
      </Button>
    </>
  )
}
