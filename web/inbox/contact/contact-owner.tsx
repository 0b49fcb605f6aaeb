import { NativeSelect } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ContactView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { contactQuery, useAgents, useAllowed } from '../data/queries.ts'
import { tellError, tellInfo } from '../shell/toasts.ts'
import { peopleText } from '../text/people-text.ts'
import { text } from '../text/text.ts'
import css from './contact-panel.module.css'

/** The colleague who looks after a contact. One who left the team stays until somebody else is chosen. */
export function ContactOwner({ contact }: { readonly contact: ContactView }) {
  const agents = useAgents()
  const mayWrite = useAllowed('contact.write')
  const current = contact.ownerId ?? ''
  const change = useMutation({
    mutationFn: (ownerId: string | null) =>
      api.updateContact(contact.id, { ownerId, version: contact.version }),
    onSuccess: (saved) => queryClient.setQueryData(contactQuery(contact.id).queryKey, saved),
    onError: async (error) => {
      if (!isProblem(error, 'version-conflict')) return tellError(error)
      await queryClient.invalidateQueries({ queryKey: ['contact', contact.id] })
      tellInfo(text.conversation.conflictTitle, peopleText.conflict)
    },
  })
  const owner = agents.get(current)
  const active = [...agents.values()]
    .filter(({ state }) => state === 'active')
    .sort((one, other) => one.name.localeCompare(other.name))
  const isListed = current === '' || active.some(({ id }) => id === current)
  return (
    <section className={css['section']}>
      <NativeSelect
        size="xs"
        label={peopleText.owner}
        labelProps={{ className: css['heading'] }}
        description={peopleText.ownerHint}
        value={change.isPending ? (change.variables ?? '') : current}
        disabled={!mayWrite || change.isPending}
        data={[
          { value: '', label: peopleText.noOwner },
          ...active.map(({ id, name }) => ({ value: id as string, label: name })),
          ...(isListed ? [] : [{ value: current, label: owner ? peopleText.ownerGone(owner.name) : '…' }]),
        ]}
        onChange={({ currentTarget }) => change.mutate(currentTarget.value || null)}
      />
    </section>
  )
}
