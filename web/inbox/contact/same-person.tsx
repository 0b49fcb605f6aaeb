import { Button, Tooltip } from '@mantine/core'
import { IconArrowsJoin2, IconUserQuestion, IconUsersPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ContactView, DuplicateView, MergeView } from '../../../src/domain/views.ts'
import { useAllowed } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { dateOf } from '../parts/time.ts'
import { tellDone, tellError } from '../shell/toasts.ts'
import { peopleText } from '../text/people-text.ts'
import { MergeDialog } from './merge-dialog.tsx'
import { dismissDuplicate, duplicatesQuery, mergesQuery, undoMerge } from './people-queries.ts'
import css from './same-person.module.css'

/** Who may be the same person as a contact, and who was found to be. Merging is always done by hand. */
export function SamePerson({ contact }: { readonly contact: ContactView }) {
  const words = peopleText.same
  const mayWrite = useAllowed('contact.write')
  const { data: found } = useQuery(duplicatesQuery(contact))
  const { data: merged } = useQuery(mergesQuery(contact))
  const [dialog, setDialog] = useState<{ readonly other?: ContactView }>()
  const suggestions = found?.items ?? []
  const merges = (merged?.items ?? []).filter(({ undoneAt }) => undoneAt === undefined)
  if (!mayWrite && suggestions.length === 0 && merges.length === 0) return null
  return (
    <section className={css['section']}>
      {suggestions.length > 0 && (
        <>
          <h3 className={css['heading']}>{words.title}</h3>
          <ul className={css['list']}>
            {suggestions.map((suggestion) => (
              <Suggestion
                key={suggestion.contact.id}
                suggestion={suggestion}
                mayWrite={mayWrite}
                onLook={() => setDialog({ other: suggestion.contact })}
                onDismiss={() => void dismiss(contact, suggestion.contact)}
              />
            ))}
          </ul>
        </>
      )}
      {merges.length > 0 && (
        <>
          <h3 className={css['heading']}>{words.merged}</h3>
          <ul className={css['list']}>
            {merges.map((merge) => (
              <Merged key={merge.id} merge={merge} mayWrite={mayWrite} />
            ))}
          </ul>
        </>
      )}
      {mayWrite && (
        <Button
          variant="subtle"
          size="compact-sm"
          className={css['by']}
          leftSection={<IconUsersPlus size={15} stroke={1.8} aria-hidden />}
          onClick={() => setDialog({})}
        >
          {words.by}
        </Button>
      )}
      {dialog && (
        <MergeDialog
          contact={contact}
          {...(dialog.other ? { other: dialog.other } : {})}
          onClose={() => setDialog(undefined)}
        />
      )}
    </section>
  )
}

async function dismiss(contact: ContactView, other: ContactView): Promise<void> {
  try {
    await dismissDuplicate(contact, other)
    tellDone(peopleText.same.dismissed(other.name))
  } catch (error) {
    tellError(error)
  }
}

function Suggestion(props: {
  readonly suggestion: DuplicateView
  readonly mayWrite: boolean
  readonly onLook: () => void
  readonly onDismiss: () => void
}) {
  const { contact, because } = props.suggestion
  const words = peopleText.same
  return (
    <li className={css['suggestion']}>
      <Avatar name={contact.name} size={32} />
      <div className={css['who']}>
        <bdi className={css['name']}>{contact.name}</bdi>
        {because.map(({ kind, value }) => (
          <span key={value} className={css['why']}>
            <IconUserQuestion size={13} stroke={1.8} aria-hidden />
            <span>
              {words.because[kind]} · <bdi dir="ltr">{value}</bdi>
            </span>
          </span>
        ))}
        {props.mayWrite && (
          <span className={css['actions']}>
            <Button
              size="compact-xs"
              variant="light"
              aria-label={words.lookAt(contact.name)}
              onClick={props.onLook}
            >
              {words.look}
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={words.dismissOf(contact.name)}
              onClick={props.onDismiss}
            >
              {words.dismiss}
            </Button>
          </span>
        )}
      </div>
    </li>
  )
}

function Merged({ merge, mayWrite }: { readonly merge: MergeView; readonly mayWrite: boolean }) {
  const words = peopleText.same
  const [busy, setBusy] = useState(false)
  const { absorbed, at, by, undoable } = merge
  const undo = async () => {
    setBusy(true)
    try {
      await undoMerge(merge)
      tellDone(words.undone(absorbed.name))
    } catch (error) {
      tellError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className={css['merged']}>
      <IconArrowsJoin2 size={15} stroke={1.8} aria-hidden />
      <span className={css['who']}>
        <bdi className={css['name']}>{absorbed.name}</bdi>
        <span className={css['when']}>{words.mergedAt(dateOf(at), by.name)}</span>
      </span>
      {mayWrite && (
        <Tooltip label={words.later} disabled={undoable}>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={words.undoOf(absorbed.name)}
            loading={busy}
            data-disabled={!undoable || undefined}
            aria-disabled={!undoable}
            onClick={() => undoable && void undo()}
          >
            {words.undo}
          </Button>
        </Tooltip>
      )}
    </li>
  )
}
