import type { CheckResult } from '../../../src/contract/check-result.ts'
import { withProvider } from '../providers.ts'
import { dkimKeyOf } from './dkim-key.ts'
import { outcomeOfAny, signInWorks } from './send.ts'
import { openSmtp, readyInTime, type SendingContext, type SmtpOptions } from './session.ts'

/** Whether letters could be sent: connects and signs in, sends nothing. Never throws. */
export async function checkSending(ctx: SendingContext, options: SmtpOptions = {}): Promise<CheckResult> {
  const config = withProvider(ctx.config)
  const dkim = dkimKeyOf(config)
  if ('fault' in dkim) {
    return { ok: false, code: 'bad-dkim-key', detail: dkim.fault.detail, field: dkim.fault.field }
  }
  try {
    const session = await openSmtp(ctx, options, readyInTime(ctx, options))
    session.leave()
    signInWorks(ctx)
    return { ok: true, detail: `${config.smtpHost} is ready to send for ${config.user}.` }
  } catch (error) {
    const { facts, field } = outcomeOfAny(error, config)
    return { ok: false, code: facts.code, detail: facts.detail ?? facts.code, field }
  }
}
