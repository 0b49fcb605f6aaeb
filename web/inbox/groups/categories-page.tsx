import { Button } from '@mantine/core'
import { IconCategory, IconChevronRight, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { CategoryView } from '../../../src/domain/routing-views.ts'
import { queryClient } from '../data/client.ts'
import { categoriesQuery, useAllowed } from '../data/queries.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { routingApi, useCategories } from '../routing/routing-queries.ts'
import { Card, PageHead, Tag } from '../settings/page-parts.tsx'
import rows from '../settings/rows.module.css'
import { routingText } from '../text/routing-text.ts'
import { NameDialog } from './name-dialog.tsx'
import { RoutingTabs } from './routing-tabs.tsx'

/** All topics. */
export function CategoriesPage() {
  const words = routingText.categories
  const query = useQuery(categoriesQuery)
  const categories = useCategories()
  const mayManage = useAllowed('routing.manage')
  const navigate = useNavigate()
  const [adding, setAdding] = useState(false)
  return (
    <>
      <RoutingTabs />
      <PageHead title={words.title} hint={words.hint}>
        {mayManage && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )}
      </PageHead>
      <Card flush>
        {query.isPending && <SkeletonRows rows={2} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data?.length === 0 && (
          <EmptyState
            icon={<IconCategory size={24} stroke={1.6} />}
            title={words.empty}
            hint={words.emptyHint}
          />
        )}
        {categories.length > 0 && (
          <ul className={rows['rows']}>
            {categories.map((category) => (
              <li key={category.id}>
                <CategoryRow category={category} linked={mayManage} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      <NameDialog
        opened={adding}
        title={words.add}
        onClose={() => setAdding(false)}
        onCreate={async (name) => {
          const category = await routingApi.createCategory({ name })
          void queryClient.invalidateQueries({ queryKey: ['categories'] })
          await navigate({ to: '/settings/categories/$categoryId', params: { categoryId: category.id } })
        }}
      />
    </>
  )
}

function CategoryRow({ category, linked }: { readonly category: CategoryView; readonly linked: boolean }) {
  const words = routingText.categories
  const inside = (
    <>
      <span className={rows['icon']} aria-hidden>
        <IconCategory size={20} stroke={1.7} />
      </span>
      <span className={rows['words']}>
        <span className={rows['name']}>
          <bdi>{category.name}</bdi>
        </span>
        <span className={rows['detail']}>{category.policy ? words.ownRules : words.channelRules}</span>
      </span>
      {category.policyIssues.length > 0 && <Tag tone="warn">{words.issues}</Tag>}
      {linked && <IconChevronRight size={18} className={rows['chevron']} aria-hidden />}
    </>
  )
  return linked ? (
    <Link to="/settings/categories/$categoryId" params={{ categoryId: category.id }} className={rows['row']}>
      {inside}
    </Link>
  ) : (
    <div className={rows['row']}>{inside}</div>
  )
}
