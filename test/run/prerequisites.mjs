import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * A program or file of the machine that some suites need. Adding one = one row here and its name in
 * the `needs` of a suite (suites.mjs).
 *
 * @typedef {object} Prerequisite
 * @property {string} name
 * @property {(look: Look) => string | undefined} find where it is, or undefined
 * @property {string} debianPackage
 * @property {string} howTo what a person does who has no root on Debian
 * @property {string} [variable] environment variable that tells the suites where it is
 *
 * How a row looks at the machine; the tests hand in another machine.
 * @typedef {object} Look
 * @property {NodeJS.Platform} platform
 * @property {Record<string, string | undefined>} env
 * @property {(path: string) => boolean} isFile
 * @property {(path: string) => boolean} isProgram
 */

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @type {Look} */
export const THIS_MACHINE = { platform: process.platform, env: process.env, isFile: existsSync, isProgram }

/**
 * @param {Look} look
 * @param {readonly string[]} commands
 * @returns {string | undefined}
 */
function onPath(look, commands) {
  const folders = [...(look.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/opt/homebrew/bin']
  return commands
    .flatMap((command) => folders.map((folder) => join(folder, command)))
    .find((path) => look.isProgram(path))
}

const EMOJI_FONTS = [
  '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf',
  '/usr/share/fonts/noto/NotoColorEmoji.ttf',
  '/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf',
  '/System/Library/Fonts/Apple Color Emoji.ttc',
]

/**
 * Where a service of Dovecot is; its packages put them beside each other.
 *
 * @param {Look} look
 * @param {string} service
 * @returns {string | undefined}
 */
function serviceOf(look, service) {
  return ['/usr/lib/dovecot', '/usr/libexec/dovecot', '/opt/homebrew/libexec/dovecot']
    .map((folder) => `${folder}/${service}`)
    .find((path) => look.isProgram(path))
}

/** @type {readonly Prerequisite[]} */
export const PREREQUISITES = [
  {
    name: 'chromium',
    variable: 'CHROMIUM_PATH',
    find: (look) =>
      [
        look.env['CHROMIUM_PATH'],
        onPath(look, ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']),
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ].find((path) => path !== undefined && look.isProgram(path)),
    debianPackage: 'chromium',
    howTo: 'install Chromium or Chrome, or set CHROMIUM_PATH to the browser',
  },
  {
    name: 'emoji-font',
    find: (look) => EMOJI_FONTS.find((path) => look.isFile(path)),
    debianPackage: 'fonts-noto-color-emoji',
    howTo: 'install the font "Noto Color Emoji"',
  },
  {
    name: 'redis-server',
    variable: 'REDIS_SERVER_PATH',
    find: (look) =>
      [look.env['REDIS_SERVER_PATH'], onPath(look, ['redis-server', 'valkey-server'])].find(
        (path) => path !== undefined && look.isProgram(path),
      ),
    debianPackage: 'redis-server',
    howTo: 'install redis-server (macOS: brew install redis), or set REDIS_SERVER_PATH to the program',
  },
  {
    name: 'dovecot-imapd',
    variable: 'DOVECOT_PATH',
    find: (look) =>
      [look.env['DOVECOT_PATH'], onPath(look, ['dovecot'])].find(
        (path) => path !== undefined && look.isProgram(path) && serviceOf(look, 'imap') !== undefined,
      ),
    debianPackage: 'dovecot-imapd',
    howTo: 'install Dovecot 2.3 with its IMAP service, or set DOVECOT_PATH to the program',
  },
  {
    name: 'dovecot-lmtpd',
    find: (look) => serviceOf(look, 'lmtp'),
    debianPackage: 'dovecot-lmtpd',
    howTo: 'install the LMTP service of Dovecot 2.3',
  },
]

/**
 * Which of the needed prerequisites are here, and which are not.
 *
 * @param {readonly import('./suites.mjs').Suite[]} suites
 * @param {Look} [look]
 * @param {readonly Prerequisite[]} [table]
 */
export function survey(suites, look = THIS_MACHINE, table = PREREQUISITES) {
  const needed = [...new Set(suites.flatMap((suite) => suite.needs))].map((name) => {
    const row = table.find((prerequisite) => prerequisite.name === name)
    if (!row) throw new Error(`A suite needs "${name}", which no row of the prerequisites describes.`)
    return row
  })
  /** @type {Record<string, string>} */
  const env = {}
  /** @type {Prerequisite[]} */
  const missing = []
  for (const row of needed) {
    const path = row.find(look)
    if (path === undefined) missing.push(row)
    else if (row.variable !== undefined) env[row.variable] = path
  }
  return { missing, env }
}

/**
 * Whether this process may install Debian packages.
 *
 * @param {{ uid: number | undefined } & Pick<Look, 'platform' | 'env' | 'isFile' | 'isProgram'>} machine
 */
export function canInstall(machine) {
  return (
    machine.platform === 'linux' &&
    machine.uid === 0 &&
    machine.isFile('/etc/debian_version') &&
    onPath({ ...machine }, ['apt-get']) !== undefined
  )
}

/**
 * The commands that install what is missing: the package list is fetched once.
 *
 * @param {readonly Prerequisite[]} missing
 * @returns {string[][]}
 */
export function installCommands(missing) {
  if (missing.length === 0) return []
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...missing.map((row) => row.debianPackage)],
  ]
}
