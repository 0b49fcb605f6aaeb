import { describe, expect, it } from 'vitest'
import { canInstall, installCommands, PREREQUISITES, survey } from './prerequisites.mjs'
import { chooseSuites, lanesOf, SUITES } from './suites.mjs'

/** A machine on which only the named paths exist. */
const machine = (...paths: string[]) => ({
  platform: 'linux' as NodeJS.Platform,
  env: { PATH: '/usr/bin' } as Record<string, string | undefined>,
  isFile: (path: string) => paths.includes(path),
  isProgram: (path: string) => paths.includes(path),
})

const everything = machine(
  '/usr/bin/chromium',
  '/usr/bin/redis-server',
  '/usr/sbin/dovecot',
  '/usr/lib/dovecot/imap',
  '/usr/lib/dovecot/lmtp',
  '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf',
)

describe('prerequisites', () => {
  it('of every suite are described', () => {
    const known = PREREQUISITES.map((row) => row.name)
    expect(SUITES.flatMap((suite) => suite.needs).filter((name) => !known.includes(name))).toEqual([])
  })

  it('are found, and the suites told where', () => {
    expect(survey(SUITES, everything)).toEqual({
      missing: [],
      env: {
        CHROMIUM_PATH: '/usr/bin/chromium',
        REDIS_SERVER_PATH: '/usr/bin/redis-server',
        DOVECOT_PATH: '/usr/sbin/dovecot',
      },
    })
  })

  it('are found where the person says', () => {
    const own = { ...machine('/opt/browser'), env: { CHROMIUM_PATH: '/opt/browser' } }
    expect(survey(chooseSuites(['e2e']), own).env).toEqual({ CHROMIUM_PATH: '/opt/browser' })
  })

  it('are missing when they are not there, and only for the chosen suites', () => {
    expect(survey(SUITES, machine()).missing.map((row) => row.name)).toEqual([
      'redis-server',
      'dovecot-imapd',
      'dovecot-lmtpd',
      'chromium',
      'emoji-font',
    ])
    expect(survey(chooseSuites(['unit', 'architecture']), machine()).missing).toEqual([])
  })

  it('of Dovecot are its services, not only its program', () => {
    const bare = survey(
      chooseSuites(['dovecot']),
      machine('/usr/sbin/dovecot', '/usr/lib/dovecot/imap', '/usr/bin/redis-server'),
    )
    expect(bare.missing.map((row) => row.name)).toEqual(['dovecot-lmtpd'])
  })

  it('must have a row', () => {
    const suite = { name: 'x', needs: ['teapot'], built: false, limitMs: 1, lane: 'waiting' as const }
    expect(() => survey([suite], machine())).toThrow('teapot')
  })

  it('are installed with one fetch of the package list', () => {
    const { missing } = survey(SUITES, machine())
    expect(installCommands(missing)).toEqual([
      ['apt-get', 'update', '-q'],
      [
        'apt-get',
        'install',
        '-y',
        '-q',
        '--no-install-recommends',
        'redis-server',
        'dovecot-imapd',
        'dovecot-lmtpd',
        'chromium',
        'fonts-noto-color-emoji',
      ],
    ])
    expect(installCommands([])).toEqual([])
  })

  it('are installed only by root on Debian', () => {
    const debian = { ...machine('/etc/debian_version', '/usr/bin/apt-get'), uid: 0 }
    expect(canInstall(debian)).toBe(true)
    expect(canInstall({ ...debian, uid: 1000 })).toBe(false)
    expect(canInstall({ ...debian, uid: undefined })).toBe(false)
    expect(canInstall({ ...debian, platform: 'darwin' })).toBe(false)
    expect(canInstall({ ...machine('/usr/bin/apt-get'), uid: 0 })).toBe(false)
  })
})

describe('suites', () => {
  it('run in the order of the table', () => {
    expect(chooseSuites([])).toEqual(SUITES)
    expect(chooseSuites(['e2e', 'unit']).map((suite) => suite.name)).toEqual(['unit', 'e2e'])
  })

  it('must exist', () => {
    expect(() => chooseSuites(['unit', 'smoke'])).toThrow('No suite is called smoke')
  })
})

describe('lanes', () => {
  const names = (suites: typeof SUITES) => lanesOf(suites).map((lane) => lane.map(({ name }) => name))

  it('let what waits for processes run beside what keeps the cores busy', () => {
    expect(names(SUITES)).toEqual([
      ['unit', 'contract', 'architecture', 'integration'],
      ['redis', 'dovecot', 'faults'],
      ['e2e'],
    ])
  })

  it('hold what is chosen, once', () => {
    expect(names(chooseSuites(['integration', 'unit']))).toEqual([['unit', 'integration']])
    expect(names(chooseSuites(['redis', 'e2e']))).toEqual([['redis'], ['e2e']])
  })
})
