import { IconAlertTriangle, IconExclamationCircle } from '@tabler/icons-react'
import type { PolicyIssue } from '../../../src/domain/routing/policy-check.ts'
import { cx } from '../parts/class-names.ts'
import { routingText } from '../text/routing-text.ts'
import css from './issue-list.module.css'

/** What is wrong or questionable, errors first. */
export function IssueList({ issues }: { readonly issues: readonly PolicyIssue[] }) {
  if (issues.length === 0) return null
  const sorted = [...issues].sort(
    (one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning'),
  )
  return (
    <ul className={css['issues']}>
      {sorted.map((issue) => (
        <li key={`${issue.path} ${issue.code}`} className={cx(css['issue'], css[issue.severity])}>
          {issue.severity === 'error' ? (
            <IconExclamationCircle size={16} stroke={1.9} aria-hidden />
          ) : (
            <IconAlertTriangle size={16} stroke={1.9} aria-hidden />
          )}
          <span>
            <strong className="visually-hidden">{routingText.policy.issue[issue.severity]}: </strong>
            {issue.message}
          </span>
        </li>
      ))}
    </ul>
  )
}
