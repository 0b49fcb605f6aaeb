/** Carries what an SMTP sink takes into mailboxes, as the mail server behind it would. */
import { createTransport } from 'nodemailer'
import type { SunkLetter } from './smtp-sink.ts'

/** An `onMail` for the sink: over LMTP, with the envelope it came with, for the addresses of these domains only. */
export const lmtpCourier =
  (lmtpPort: number, domains: readonly string[]) =>
  async ({ from, to, raw }: SunkLetter): Promise<void> => {
    const ours = to.filter((address) => domains.includes(address.slice(address.lastIndexOf('@') + 1)))
    if (ours.length === 0) return
    const transport = createTransport({ host: '127.0.0.1', port: lmtpPort, lmtp: true, ignoreTLS: true })
    try {
      await transport.sendMail({ envelope: { from: from === '' ? false : from, to: ours }, raw })
    } finally {
      transport.close()
    }
  }
