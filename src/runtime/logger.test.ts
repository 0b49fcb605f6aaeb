import { expect, it } from 'vitest'
import { createLogger } from './logger.ts'

function record(logFormat: 'json' | 'pretty', logLevel: 'info' | 'silent' = 'info') {
  const lines: string[] = []
  const logger = createLogger(
    { logFormat, logLevel, instanceName: 'one' },
    { write: (line) => void lines.push(line) },
  )
  return { lines, logger }
}

it('writes one JSON object per line', () => {
  const { lines, logger } = record('json')
  logger.child({ requestId: 'r1' }).warn({ count: 2 }, 'something')
  logger.debug('not written')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    instance: 'one',
    requestId: 'r1',
    count: 2,
    msg: 'something',
  })
})

it.each(['json', 'pretty'] as const)('shows no secret in %s lines', (format) => {
  const { lines, logger } = record(format)
  const secret = 'canary-5c1'
  logger.info(
    { password: secret, token: secret, config: { anything: secret }, authorization: secret },
    'flat',
  )
  logger.info(
    { req: { headers: { authorization: secret, cookie: secret, 'set-cookie': secret } } },
    'request',
  )
  logger.info({ channel: { config: { mailboxPassword: secret } }, user: { newPassword: secret } }, 'nested')
  logger.child({ secret }).info('child')
  expect(lines).toHaveLength(4)
  expect(lines.join('')).not.toContain(secret)
  expect(lines.join('')).toContain('[redacted]')
})

it('tells of an error where and why, and nothing that hangs on it', () => {
  const { lines, logger } = record('json')
  const words = 'canary: what a customer wrote'
  const error = Object.assign(new Error('the write failed', { cause: new Error('the disk is full') }), {
    code: 14_031,
    writeErrors: [{ index: 0, op: { text: words } }],
  })
  logger.error({ err: error }, 'projecting failed')
  logger.error({ err: { text: words } }, 'thrown as it was')
  expect(JSON.parse(lines[0] ?? '').err).toEqual({
    type: 'Error',
    message: 'the write failed: the disk is full',
    stack: expect.stringContaining('logger.test'),
    code: 14_031,
  })
  expect(lines.join('')).not.toContain(words)
})

it('writes lines for people, with the stack of an error below', () => {
  const { lines, logger } = record('pretty')
  logger.error({ err: new TypeError('boom'), path: '/a b', size: 3 }, 'it failed')
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} ERROR it failed path="\/a b" size=3\n {2}TypeError: boom\n {6}at /,
  )
})

it('can be silent', () => {
  const { lines, logger } = record('json', 'silent')
  logger.fatal('nothing')
  expect(lines).toEqual([])
})
