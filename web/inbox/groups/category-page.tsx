import { Button, Stack } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { AssignmentPolicy, SkillRequirement } from '../../../src/domain/routing/policy.ts'
import type { UpdateCategoryCommand } from '../../../src/domain/routing-commands.ts'
import type { CategoryView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { categoriesQuery, useAllowed } from '../data/queries.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { useDraft } from '../parts/use-draft.ts'
import { PolicyEditor } from '../routing/policy-editor.tsx'
import { presetsQuery, routingApi } from '../routing/routing-queries.ts'
import { SkillRequirements } from '../routing/skill-requirements.tsx'
import type { StoredPolicy } from '../routing/use-policy-editor.ts'
import { Card, PageHead } from '../settings/page-parts.tsx'
import { NotFound } from '../shell/page-states.tsx'
import { routingText } from '../text/routing-text.ts'
import { DraftBar } from './draft-bar.tsx'
import { useGroupChange } from './group-change.ts'
import css from './groups.module.css'
import { NameCard } from './team-page.tsx'

const reload = () => void queryClient.invalidateQueries({ queryKey: ['categories'] })
const learn = (category: CategoryView) => {
  queryClient.setQueryData<CategoryView[]>(['categories'], (items) =>
    items?.map((one) => (one.id === category.id ? category : one)),
  )
}

/** One topic: its name, what it asks for, and rules of its own; a page of those who may change it. */
export function CategoryPage() {
  return useAllowed('routing.manage') ? <KnownCategory /> : <NotFound />
}

function KnownCategory() {
  const { categoryId } = useParams({ from: '/signed-in/settings/categories/$categoryId' })
  const query = useQuery(categoriesQuery)
  if (query.isError && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  const category = query.data?.find(({ id }) => id === categoryId)
  if (category) return <Category key={category.id} category={category} />
  return query.isFetching ? <SkeletonRows rows={4} avatar={false} /> : <NotFound />
}

function Category({ category }: { readonly category: CategoryView }) {
  const words = routingText.categories
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const [editing, setEditing] = useState(false)
  const rules = useRef(category.policy)
  rules.current = category.policy ?? rules.current
  const change = useGroupChange({
    name: category.name,
    write: (body: Omit<UpdateCategoryCommand, 'version'>) =>
      routingApi.updateCategory(category.id, { ...body, version: category.version }),
    onDone: learn,
    reload,
  })
  const remove = useGroupChange({
    name: category.name,
    write: () => routingApi.deleteCategory(category.id, category.version),
    onDone: () => {
      reload()
      void navigate({ to: '/settings/categories' })
    },
    reload,
    silent: true,
  })
  return (
    <>
      <PageHead title={category.name} back={{ to: '/settings/categories', label: words.title }}>
        <Button
          variant="default"
          leftSection={<IconTrash size={16} />}
          loading={remove.isPending}
          onClick={() => setAsking(true)}
        >
          {routingText.groups.remove}
        </Button>
      </PageHead>
      <NameCard name={category.name} busy={change.isPending} onSave={(name) => change.mutate({ name })} />
      <SkillsCard
        skills={category.skills}
        hint={words.skillsHint}
        busy={change.isPending}
        onSave={(skills) => change.mutate({ skills })}
      />
      {rules.current && (category.policy || editing) ? (
        <OwnRules
          category={category}
          policy={rules.current}
          busy={change.isPending}
          onEditing={setEditing}
          onDrop={() => change.mutate({ policy: null }, { onSuccess: () => setEditing(false) })}
        />
      ) : (
        <NoRules busy={change.isPending} onMake={(policy) => change.mutate({ policy })} />
      )}
      <ConfirmDialog
        opened={asking}
        danger
        title={routingText.groups.removeTitle(category.name)}
        question={words.removeQuestion}
        action={routingText.groups.remove}
        onConfirm={() => remove.mutate(undefined)}
        onClose={() => setAsking(false)}
      />
    </>
  )
}

function NoRules(props: { readonly busy: boolean; readonly onMake: (policy: AssignmentPolicy) => void }) {
  const words = routingText.policy
  const presets = useQuery(presetsQuery).data
  const first = presets?.find(({ key }) => key === 'round-robin-online') ?? presets?.[0]
  return (
    <Card title={words.title}>
      <p className={css['faint']}>{words.none}</p>
      <Button
        mt="sm"
        variant="default"
        loading={props.busy}
        disabled={!first}
        onClick={() => first && props.onMake(first.policy)}
      >
        {words.makeOwn}
      </Button>
    </Card>
  )
}

/** Stays while something is edited, also when somebody else took the rules away. */
function OwnRules(props: {
  readonly category: CategoryView
  /** As they stood last. */
  readonly policy: AssignmentPolicy
  readonly busy: boolean
  readonly onEditing: (editing: boolean) => void
  readonly onDrop: () => void
}) {
  const { category, policy, busy, onEditing, onDrop } = props
  const words = routingText.categories
  const [asking, setAsking] = useState(false)
  const stored = (saved: CategoryView): StoredPolicy => {
    learn(saved)
    // Its own rules were taken away by somebody: what is edited here is then all there is.
    return { policy: saved.policy ?? policy, version: saved.version }
  }
  return (
    <>
      {!category.policy && (
        <p role="alert" className={css['faint']}>
          {words.rulesGone}
        </p>
      )}
      <PolicyEditor
        scope={{ categoryId: category.id }}
        hint={routingText.policy.hintCategory}
        onEditing={onEditing}
        home={{
          policy,
          version: category.version,
          write: async (next, version) =>
            stored(await routingApi.updateCategory(category.id, { policy: next, version })),
          read: async () => {
            const items = await queryClient.fetchQuery({ ...categoriesQuery, staleTime: 0 })
            return stored(items.find(({ id }) => id === category.id) ?? category)
          },
        }}
      />
      {category.policy && (
        <Button variant="default" loading={busy} onClick={() => setAsking(true)}>
          {routingText.policy.dropOwn}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        danger
        title={words.dropRulesTitle}
        question={words.dropRulesQuestion}
        action={words.dropRules}
        onConfirm={onDrop}
        onClose={() => setAsking(false)}
      />
    </>
  )
}

/** What conversations of a channel or category ask for. */
export function SkillsCard(props: {
  readonly skills: readonly SkillRequirement[]
  readonly hint: string
  readonly busy: boolean
  readonly onSave: (skills: readonly SkillRequirement[]) => void
}) {
  const { hint, busy, onSave } = props
  const draft = useDraft(props.skills)
  return (
    <Card title={routingText.categories.skillsTitle} hint={hint}>
      <Stack gap="md">
        <SkillRequirements requirements={draft.value} onChange={draft.set} />
        <DraftBar draft={draft} busy={busy} onSave={onSave} />
      </Stack>
    </Card>
  )
}
