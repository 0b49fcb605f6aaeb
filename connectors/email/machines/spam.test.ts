import { describe, expect, it } from 'vitest'
import { readForTests } from '../../../test/harness/read-mail.ts'
import { isSpam } from './spam.ts'

const spam = (header: string) => isSpam(readForTests(`From: jane@example.net\n${header}\n\nHello`))

describe('a letter is spam when a filter on the way said so', () => {
  it.each([
    'X-Spam-Flag: YES',
    'X-Spam-Status: Yes, score=9.1 required=5.0',
    'X-Spam: yes',
    'X-MS-Exchange-Organization-SCL: 5',
    'X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:DE;LANG:en;SCL:9;SRV:;SFV:NSPM',
    'X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:1;SFV:SPM;H:mx.example',
    'X-Rspamd-Action: reject',
    'X-Rspamd-Action: add header',
    'X-Ovh-Spam-Status: SPAM',
    'X-SES-Spam-Verdict: FAIL',
    'X-Bogosity: Spam, tests=bogofilter, spamicity=0.99',
    'X-Spam-Status: No\nX-Spam-Flag: YES',
  ])('%s', (header) => {
    expect(spam(header)).toBe(true)
  })

  it.each([
    'Subject: spam',
    'X-Spam-Flag: NO',
    'X-Spam-Status: No, score=4.9 required=5.0',
    'X-Spam-Level: *****',
    'X-Spam-Bar: ++++++++',
    'X-Spam-Score: 12',
    'X-MS-Exchange-Organization-SCL: -1',
    'X-MS-Exchange-Organization-SCL: 4',
    'X-Forefront-Antispam-Report: SCL:1;SFV:NSPM',
    'X-Rspamd-Action: no action',
    'X-Rspamd-Action: greylist',
    'X-Bogosity: Ham',
    'X-Ovh-Spam-Reason: vr: OK; dkim: disabled; spf: disabled',
  ])('but not for %s', (header) => {
    expect(spam(header)).toBe(false)
  })
})
