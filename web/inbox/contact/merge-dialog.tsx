import { Button, Group, Modal } from '@mantine/core'
import { IconArrowsExchange } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ContactView, MergePreviewView, MergeView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../parts/class-names.ts'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { dateOf } from '../parts/time.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { peopleText } from '../text/people-text.ts'
import { text } from '../text/text.ts'
import { ContactFinder } from './contact-finder.tsx'
import css from './merge-dialog.module.css'
import { MergePreview } from './merge-preview.tsx'
import { mergeAs, previewQuery, undoMerge } from './people-queries.ts'

/** So long one may undo a merge where one is; the panel keeps the way back. */
const UNDO_SHOWN_MS = 15_000

/** Shows what merging two contacts makes of them before it is done. */
export function MergeDialog(props: {
  readonly contact: ContactView
  /** Chosen already; without it one looks for somebody. */
  readonly other?: ContactView
  readonly onClose: () => void
}) {
  const [other, setOther] = useState(props.other)
  const [swapped, setSwapped] = useState(false)
  const words = peopleText.merge
  const pair = other && (swapped ? [other, props.contact] : [props.contact, other])
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={words.title}
      size="lg"
      closeButtonProps={{ 'aria-label': text.general.close }}
    >
      {pair?.[0] && pair[1] ? (
        <Compare
          key={pair[0].id}
          stays={pair[0]}
          goes={pair[1]}
          onSwap={() => setSwapped(!swapped)}
          onClose={props.onClose}
        />
      ) : (
        <ContactFinder exceptId={props.contact.id} onChoose={setOther} />
      )}
    </Modal>
  )
}

function Compare(props: {
  readonly stays: ContactView
  readonly goes: ContactView
  readonly onSwap: () => void
  readonly onClose: () => void
}) {
  const { stays, goes } = props
  const words = peopleText.merge
  const query = useQuery(previewQuery(stays.id, goes.id))
  const [busy, setBusy] = useState(false)
  const merge = async (preview: MergePreviewView) => {
    setBusy(true)
    try {
      const outcome = await mergeAs(preview, goes.id)
      props.onClose()
      void tellMerged(outcome.merge)
    } catch (error) {
      if (isProblem(error, 'version-conflict')) {
        await query.refetch()
        tellInfo(text.conversation.conflictTitle, words.changed)
      } else tellError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <p className={css['hint']}>{words.hint}</p>
      <div className={css['pair']}>
        <Person contact={stays} role={words.stays} strong />
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconArrowsExchange size={15} stroke={1.8} aria-hidden />}
          onClick={props.onSwap}
        >
          {words.swap}
        </Button>
        <Person contact={goes} role={words.goes} />
      </div>
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <SkeletonRows rows={3} avatar={false} />}
      {query.data && <MergePreview preview={query.data} goes={goes} />}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={props.onClose}>
          {text.general.cancel}
        </Button>
        <Button
          data-autofocus
          disabled={!query.data}
          loading={busy}
          onClick={() => query.data && void merge(query.data)}
        >
          {words.action}
        </Button>
      </Group>
    </>
  )
}

function Person(props: { readonly contact: ContactView; readonly role: string; readonly strong?: boolean }) {
  const { contact, role, strong } = props
  return (
    <div className={cx(css['person'], strong && css['strong'])}>
      <Avatar name={contact.name} size={40} />
      <div className={css['who']}>
        <bdi className={css['name']}>{contact.name}</bdi>
        <span className={css['role']}>
          {role} · {peopleText.since(dateOf(contact.createdAt))}
        </span>
      </div>
    </div>
  )
}

/** Says that it is done, with the way back in the same place. */
async function tellMerged(merge: MergeView): Promise<void> {
  const words = peopleText.same
  const { notifications } = await import('@mantine/notifications')
  const undo = () => {
    notifications.hide(merge.id)
    undoMerge(merge).then(() => tellDone(words.undone(merge.absorbed.name)), tellError)
  }
  notifications.show({
    id: merge.id,
    color: 'green',
    autoClose: UNDO_SHOWN_MS,
    closeButtonProps: { 'aria-label': text.general.close },
    message: (
      <span className={css['done']}>
        <span>{words.done(merge.absorbed.name)}</span>
        <Button size="compact-sm" variant="light" onClick={undo}>
          {words.undo}
        </Button>
      </span>
    ),
  })
}
