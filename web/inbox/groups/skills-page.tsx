import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconStar, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SkillView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { useAllowed } from '../data/queries.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import fields from '../routing/fields.module.css'
import { routingApi, skillsQuery } from '../routing/routing-queries.ts'
import { Card, PageHead } from '../settings/page-parts.tsx'
import rows from '../settings/rows.module.css'
import { routingText } from '../text/routing-text.ts'
import { useGroupChange } from './group-change.ts'
import { RoutingTabs } from './routing-tabs.tsx'

const reload = () => void queryClient.invalidateQueries({ queryKey: ['skills'] })

/** What agents may be good at. */
export function SkillsPage() {
  const words = routingText.skills
  const query = useQuery(skillsQuery)
  const mayManage = useAllowed('routing.manage')
  const skills = [...(query.data ?? [])].sort((one, other) => one.name.localeCompare(other.name))
  return (
    <>
      <RoutingTabs />
      <PageHead title={words.title} hint={words.hint} />
      {mayManage && <NewSkill />}
      <Card flush>
        {query.isPending && <SkeletonRows rows={2} avatar={false} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data?.length === 0 && (
          <EmptyState icon={<IconStar size={24} stroke={1.6} />} title={words.empty} hint={words.emptyHint} />
        )}
        {skills.length > 0 && (
          <ul className={rows['rows']}>
            {skills.map((skill) => (
              <SkillRow key={skill.id} skill={skill} mayManage={mayManage} />
            ))}
          </ul>
        )}
      </Card>
    </>
  )
}

function NewSkill() {
  const words = routingText.skills
  const [name, setName] = useState('')
  const create = useGroupChange({
    name,
    write: () => routingApi.createSkill(name.trim()),
    onDone: () => {
      setName('')
      reload()
    },
    reload,
    silent: true,
  })
  return (
    <Card>
      <form
        className={fields['line']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') create.mutate(undefined)
        }}
      >
        <TextInput
          className={fields['grow'] ?? ''}
          label={routingText.groups.name}
          placeholder={words.placeholder}
          maxLength={50}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Button type="submit" loading={create.isPending}>
          {words.add}
        </Button>
      </form>
    </Card>
  )
}

function SkillRow({ skill, mayManage }: { readonly skill: SkillView; readonly mayManage: boolean }) {
  const words = routingText.skills
  const [asking, setAsking] = useState(false)
  const remove = useGroupChange({
    name: skill.name,
    write: () => routingApi.deleteSkill(skill.id, skill.version),
    onDone: reload,
    reload,
    silent: true,
  })
  return (
    <li className={rows['row']}>
      <span className={rows['icon']} aria-hidden>
        <IconStar size={20} stroke={1.7} />
      </span>
      <span className={rows['words']}>
        <span className={rows['name']}>
          <bdi>{skill.name}</bdi>
        </span>
      </span>
      {mayManage && (
        <ActionIcon
          aria-label={words.remove(skill.name)}
          loading={remove.isPending}
          onClick={() => setAsking(true)}
        >
          <IconTrash size={17} />
        </ActionIcon>
      )}
      <ConfirmDialog
        opened={asking}
        danger
        title={routingText.groups.removeTitle(skill.name)}
        question={words.removeQuestion}
        action={routingText.groups.remove}
        onConfirm={() => remove.mutate(undefined)}
        onClose={() => setAsking(false)}
      />
    </li>
  )
}
