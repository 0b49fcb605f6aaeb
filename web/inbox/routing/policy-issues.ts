import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { AssignmentPolicy } from '../../../src/domain/routing/policy.ts'
import type { PolicyIssue, PolicyIssueCode } from '../../../src/domain/routing/policy-check.ts'
import { isProblem } from '../../shared/problem.ts'
import { routingApi } from './routing-queries.ts'

const CHECK_AFTER_MS = 350

/** What the server thinks of a policy while it is edited. */
export function usePolicyIssues(policy: AssignmentPolicy): {
  readonly issues: readonly PolicyIssue[]
  readonly failed: boolean
} {
  const [settled] = useDebouncedValue(policy, CHECK_AFTER_MS)
  const check = useQuery({
    queryKey: ['policy-check', settled],
    queryFn: ({ signal }) => routingApi.check(settled, signal),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  })
  return { issues: check.data?.issues ?? [], failed: check.isError }
}

/** The faults for which a save was refused; undefined for any other error. */
export function refusedIssues(error: unknown): readonly PolicyIssue[] | undefined {
  if (!isProblem(error, 'invalid-policy') && !isProblem(error, 'invalid-input')) return undefined
  const { errors } = error.problem
  return errors?.map((fault) => ({
    path: fault.field,
    code: (fault.code ?? 'invalid') as PolicyIssueCode,
    severity: 'error',
    message: fault.message,
  }))
}

/** Both lists, each fault once. */
export function joinIssues(
  checked: readonly PolicyIssue[],
  refused: readonly PolicyIssue[],
): readonly PolicyIssue[] {
  const keyOf = ({ path, code }: PolicyIssue) => `${path.replace(/^policy\./, '')} ${code}`
  const known = new Set(checked.map(keyOf))
  return [...checked, ...refused.filter((issue) => !known.has(keyOf(issue)))]
}
