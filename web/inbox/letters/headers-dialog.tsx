import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { letterQuery } from '../data/queries.ts'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import css from './headers-dialog.module.css'

/** The headers of a letter, in the order they came. */
export function HeadersDialog(props: { readonly messageId: string; readonly onClose: () => void }) {
  const query = useQuery(letterQuery(props.messageId))
  const headers = query.data?.headers
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={letterText.headersTitle}
      size={780}
      closeButtonProps={{ 'aria-label': text.general.close }}
    >
      {query.isError && !headers && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows rows={4} avatar={false} />}
      {headers?.length === 0 && <p className={css['none']}>{letterText.noHeaders}</p>}
      {headers && headers.length > 0 && (
        <table className={css['table']}>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{letterText.headerName}</th>
              <th scope="col">{letterText.headerValue}</th>
            </tr>
          </thead>
          <tbody>
            {headers.map(({ name, value }, index) => (
              // Headers come more than once, and never change.
              <tr key={`${index}-${name}`}>
                <th scope="row">
                  <bdi dir="ltr">{name}</bdi>
                </th>
                <td>
                  <bdi>{value}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  )
}
