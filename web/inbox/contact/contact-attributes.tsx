import type { ContactView } from '../../../src/domain/views.ts'
import { peopleText } from '../text/people-text.ts'
import css from './contact-attributes.module.css'
import type { WebAddress } from './web-address.ts'
import { webAddress } from './web-address.ts'

interface Row {
  readonly name: string
  readonly label: string
  readonly words?: string | undefined
  readonly address?: WebAddress | undefined
}

/** What a site told of its visitor, under the site's own names; where he is on it, in ours. */
export function ContactAttributes({ attributes }: { readonly attributes: ContactView['attributes'] }) {
  return (
    <dl className={css['attributes']}>
      {rowsOf(attributes).map(({ name, label, words, address }) => (
        <div key={name}>
          <dt>
            <bdi>{label}</bdi>
          </dt>
          <dd>
            {words && <bdi>{words}</bdi>}
            {address && <Address {...address} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Anybody may have written it: it is named by its own address, and the page behind it learns nothing of us. */
const Address = ({ href, short }: WebAddress) => (
  <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
    <bdi dir="ltr">{short}</bdi>
  </a>
)

function rowsOf({ pageUrl, pageTitle, ...own }: ContactView['attributes']): readonly Row[] {
  const rows: Row[] = Object.entries(own).map(([name, value]) => {
    const address = webAddress(value)
    return { name, label: name, ...(address ? { address } : { words: value }) }
  })
  const address = webAddress(pageUrl ?? '')
  const words = [pageTitle, address ? undefined : pageUrl].filter(Boolean).join(' · ')
  if (address || words) rows.push({ name: 'pageUrl', label: peopleText.pageAddress, words, address })
  return rows
}
